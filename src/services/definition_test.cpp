// The rows of data/operations and the functions of the four services fit each other.

#include "services/definition.hpp"

#include <set>

#include "services/ecs/ecs.hpp"
#include "services/iam/detail/test_front.hpp"
#include "services/tms/tms.hpp"

namespace jianmen::services {
namespace {

class Definitions : public iam::Front {
 protected:
  ecs::Ecs ecs{{*store, tables(), directory, clock, random, {}}};
  tms::Tms tms{{*store, tables(), directory, clock, ecs, {}}};
  std::vector<const ServiceDefinition*> all{&iam.definition(), &iam.sts_definition(),
                                            &ecs.definition(), &tms.definition()};
};

TEST_F(Definitions, EveryRowHasAFunctionOrAReason) {
  std::set<std::string> functions;
  for (const auto* service : all) {
    for (const auto& function : service->functions) {
      const auto id = service->name + ":" + std::string(function.operation);
      EXPECT_TRUE(functions.insert(id).second) << id << " twice";
      EXPECT_TRUE(function.run) << id;
      const auto* row = tables().find_operation(id);
      ASSERT_TRUE(row) << id << " has no row";
      EXPECT_EQ(row->id, id) << "a function has its row's own name";
    }
  }
  for (const auto& row : tables().operations()) {
    if (row.service == "jianmen") continue;  // the installation answers it: apps/jianmen/server
    EXPECT_EQ(row.answered, functions.contains(row.id)) << row.id;
    EXPECT_EQ(row.answered, row.reason.empty()) << row.id;
  }
}

// A commit waits for the disk: a function that writes must not hold up its loop. These read,
// although their methods say otherwise.
TEST_F(Definitions, WhatChangesSomethingDoesNotRunOnALoop) {
  const std::set<std::string_view> readers{"ecs:ListServersByTag", "ecs:ResetServerPassword"};
  for (const auto* service : all) {
    for (const auto& function : service->functions) {
      const auto& row =
          *tables().find_operation(service->name + ":" + std::string(function.operation));
      const bool reads = row.method == "GET" || row.method == "HEAD" || readers.contains(row.id);
      EXPECT_TRUE(reads || function.runs != Runs::OnLoop) << row.id;
    }
  }
}

TEST_F(Definitions, EveryServiceOfARowIsHere) {
  std::set<std::string_view> here;
  for (const auto* service : all) here.insert(service->name);
  here.insert("jianmen");
  for (const auto& row : tables().operations()) EXPECT_TRUE(here.contains(row.service)) << row.id;
}

}  // namespace
}  // namespace jianmen::services
