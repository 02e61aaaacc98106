#pragma once
// Elastic Cloud Server, the part that the guide and first programs need: servers, jobs, power,
// names, tags, metadata, flavors, limits, zones (facts: the ECS reference). State lives in the
// store under e/<project>/…; a server's life and its jobs are tables of (state, event) → state
// driven by the clock that came in; nothing sleeps. Thread safety: the functions may run on any
// thread.

#include <memory>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "directory/directory.hpp"
#include "services/definition.hpp"
#include "store/store.hpp"

namespace jianmen::services::ecs {

struct Settings {
  base::Duration job_time = std::chrono::milliseconds(50);  // create, delete, start, stop, reboot
  unsigned server_quota = 1000;                             // a project
  unsigned tags_per_server = 20;
};

struct Dependencies {
  store::Store& store;
  const catalog::Catalog& catalog;
  const directory::Directory& directory;
  const base::Clock& clock;
  base::Random& random;
  Settings settings;
};

class Ecs {
 public:
  explicit Ecs(Dependencies dependencies);
  ~Ecs();
  const ServiceDefinition& definition() const;

  // Fixtures: the `servers` array of the fixture shape (project by name or id, id, name, flavor,
  // vpc, address).
  base::Result<> load_servers(const base::json::array& servers,
                              const identity::Account& account_of_names);
  base::json::array export_servers(const identity::AccountId& account) const;

  // What other services (tags) may ask and do; the caller is already authorized. Project ids are of
  // one account.
  struct TaggedServer {
    std::string id, name;
    std::vector<std::pair<std::string, std::string>> tags;
  };
  std::vector<TaggedServer> list_tagged(const identity::ProjectId& project) const;
  std::optional<TaggedServer> find_tagged(const identity::ProjectId& project,
                                          std::string_view server_id) const;
  base::Result<> set_tags(const identity::ProjectId& project, std::string_view server_id,
                          const std::vector<std::pair<std::string, std::string>>& tags);
  base::Result<> erase_tags(const identity::ProjectId& project, std::string_view server_id,
                            const std::vector<std::string>& keys);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace jianmen::services::ecs
