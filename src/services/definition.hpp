#pragma once
// A service is a list of operations: one row of data (data/operations/<service>.json) and one
// function each. This is the function side; a test fails when a row has neither a function nor a
// stated reason.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/schema.hpp"
#include "services/call.hpp"

namespace jianmen::services {

enum class Runs {
  OnLoop,         // reads memory or a snapshot only, microseconds
  OnPool,         // writes, anything that may wait
  OnHashingPool,  // hashes or verifies passwords
};

struct Function {
  std::string_view operation;  // "ListServersDetails"
  Runs runs = Runs::OnLoop;
  std::function<Outcome(const Call&)> run;  // thread-safe: called from any loop or pool thread
};

struct ServiceDefinition {
  std::string name;  // "ecs"
  std::vector<Function> functions;
  // What does not fit a row, in this service's own codes; not set: in the words of the family.
  std::function<Fault(const catalog::SchemaFault&)> misread = {};
};

}  // namespace jianmen::services
