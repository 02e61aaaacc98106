#pragma once
// For this folder's tests: an account with two projects, an Ecs over a memory store and a clock
// that stands still, and calls as the frame would make them.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "catalog/catalog.hpp"
#include "crypto/vault.hpp"
#include "services/ecs/ecs.hpp"
#include "services/ecs/inventory.hpp"
#include "store/memory.hpp"

namespace jianmen::services::ecs {

inline const catalog::Catalog& test_catalog() {
  static const std::unique_ptr<const catalog::Catalog> catalog = [] {
    auto made = catalog::Catalog::create();
    return made ? std::move(*made) : nullptr;
  }();
  return *catalog;
}

struct Asked {
  std::vector<std::pair<std::string_view, std::string_view>> path;
  std::vector<std::pair<std::string, std::string>> query;
  base::json::value body;
  std::vector<std::pair<std::string, std::string>> headers;
};

class EcsTest : public ::testing::Test {
 protected:
  explicit EcsTest(Settings settings = {}) : settings_(settings) { restart(); }

  // The same store, a new process.
  void restart() {
    ecs_ = std::make_unique<Ecs>(
        Dependencies{*store_, test_catalog(), directory_, clock_, random_, settings_});
  }

  static identity::Project make_project(std::string_view id, std::string_view region) {
    identity::Project project;
    project.id = identity::ProjectId(id);
    project.account = identity::AccountId("0503dda878000fed0f75c0096d70a960");
    project.name = project.region = region;
    return project;
  }

  Outcome run(std::string_view operation, const Asked& asked = {}) {
    return run_in(here_, operation, asked);
  }

  Outcome run_in(const identity::Project& project, std::string_view operation, const Asked& asked) {
    const catalog::Operation* row = test_catalog().find_operation("ecs:" + std::string(operation));
    if (!row) throw std::logic_error("no row " + std::string(operation));
    Call call{.operation = *row,
              .principal = &principal_,
              .credential_refusal = nullptr,
              .scope = {identity::Scope::Kind::Project, project.id, project.name},
              .project = project,
              .region = project.region,
              .path_values = asked.path,
              .query_values = asked.query,
              .header_values = asked.headers,
              .body = asked.body,
              .host = "127.0.0.1:8080",
              .secure = false,
              .request_id = "0123456789abcdef0123456789abcdef",
              .now = clock_.now(),
              .may = {}};
    for (const Function& function : ecs_->definition().functions) {
      if (function.operation == operation) return function.run(call);
    }
    throw std::logic_error("no function " + std::string(operation));
  }

  // The answer's body; the test fails when it is a fault.
  base::json::value answer(std::string_view operation, const Asked& asked = {}) {
    Outcome outcome = run(operation, asked);
    if (!outcome) {
      ADD_FAILURE() << operation << ": " << outcome.error().code << " " << outcome.error().message;
      return {};
    }
    return outcome->body;
  }

  std::string code(std::string_view operation, const Asked& asked = {}) {
    const Outcome outcome = run(operation, asked);
    return outcome ? "" : outcome.error().code;
  }

  base::json::object order(std::string_view name = "web", int count = 1) const {
    const Network network = default_network(here_.id.value);
    return {{"name", name},
            {"imageRef", image_},
            {"flavorRef", "s6.small.1"},
            {"vpcid", network.vpc},
            {"nics", base::json::array{base::json::object{{"subnet_id", network.network}}}},
            {"root_volume", base::json::object{{"volumetype", "SSD"}}},
            {"count", count}};
  }

  base::json::value create(base::json::object server,
                           std::vector<std::pair<std::string, std::string>> headers = {}) {
    return answer("CreateServers",
                  {{}, {}, base::json::object{{"server", std::move(server)}}, std::move(headers)});
  }

  // A server that is up; its id.
  std::string create_active(std::string_view name = "web") {
    const base::json::value made = create(order(name));
    const std::string id(made.at("serverIds").at(0).as_string());
    finish();
    return id;
  }

  void finish() { clock_.advance(settings_.job_time); }

  base::json::value show(std::string_view id) {
    return answer("ShowServer", {{{"server_id", id}}, {}, {}, {}}).at("server");
  }
  std::string status_of(std::string_view id) {
    return std::string(show(id).at("status").as_string());
  }
  base::json::value job(const base::json::value& made) {
    const std::string id(made.at("job_id").as_string());
    return answer("ShowJob", {{{"job_id", id}}, {}, {}, {}});
  }
  static base::json::value servers(const std::vector<std::string>& ids) {
    base::json::array list;
    for (const std::string& id : ids) list.emplace_back(base::json::object{{"id", id}});
    return list;
  }
  std::vector<std::string> names(const Asked& asked) {
    std::vector<std::string> names;
    const base::json::value list = answer("ListServersDetails", asked);
    for (const base::json::value& server : list.at("servers").as_array()) {
      names.emplace_back(server.at("name").as_string());
    }
    return names;
  }

  Settings settings_;
  base::ManualClock clock_{
      base::Time(std::chrono::seconds(1'780'315'200))};  // 2026-06-01T12:00:00Z
  base::SequenceRandom random_{1};
  std::unique_ptr<store::Store> store_ = store::make_memory_store(clock_);
  crypto::Vault vault_{std::array<std::uint8_t, 32>{}, random_};
  directory::Directory directory_{*store_, test_catalog(), vault_, clock_, random_};
  identity::Principal principal_ = [] {
    identity::Principal principal;
    principal.account = identity::AccountId("0503dda878000fed0f75c0096d70a960");
    principal.id = "0605767c2e80d5762ff9c0096d70a961";
    return principal;
  }();
  identity::Project here_ = make_project("05041fffa40025702f6dc009cc6f8f33", "cn-north-4");
  identity::Project elsewhere_ = make_project("05041fffa40025702f6dc009cc6f8f34", "cn-east-3");
  std::string image_ = "37dfdd73-20a9-59d9-b14b-9cfcd8edf270";
  std::unique_ptr<Ecs> ecs_;
};

}  // namespace jianmen::services::ecs
