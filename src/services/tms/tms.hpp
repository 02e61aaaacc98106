#pragma once
// Tag Management Service, a global service: predefined tags of an account (its own data, under
// t/<account>/… of the store) and resource tags (those of the owning service, through ecs::Ecs; no
// copy here). Thread safety: the functions may run on any thread.

#include <memory>

#include "services/definition.hpp"
#include "services/ecs/ecs.hpp"

namespace jianmen::services::tms {

struct Settings {
  unsigned predefined_tag_quota = 500;
};

struct Dependencies {
  store::Store& store;
  const catalog::Catalog& catalog;
  const directory::Directory& directory;
  const base::Clock& clock;
  ecs::Ecs& ecs;
  Settings settings;
};

class Tms {
 public:
  explicit Tms(Dependencies dependencies);
  ~Tms();
  const ServiceDefinition& definition() const;

  base::Result<> load_tags(const base::json::array& tags, const identity::Account& account);
  base::json::array export_tags(const identity::AccountId& account) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace jianmen::services::tms
