#pragma once
// What is the same for every operation of every service, in this order:
//   scope fits the URL → action allowed → body and query fit the schema → function → answer.
// One Frame per service and worker (it holds the worker's Authorizer); the definition is shared.

#include <memory>

#include "authz/authorize.hpp"
#include "call/call.hpp"
#include "catalog/catalog.hpp"
#include "directory/directory.hpp"
#include "net/blocking.hpp"
#include "services/definition.hpp"
#include "services/planned_faults.hpp"

namespace jianmen::services {

// Threads for what may wait: commits, and password hashing apart from them, so that a flood of
// logins delays no write.
struct Pools {
  net::BlockingPool& writes;
  net::BlockingPool& hashing;
};

class Frame final : public call::Service {
 public:
  Frame(const ServiceDefinition& definition, const catalog::Catalog& catalog,
        const directory::Directory& directory, authz::Authorizer& authorizer, Pools pools,
        PlannedFaults& faults);
  ~Frame() override;

  net::Task<http::Response> serve(call::Call& call) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace jianmen::services
