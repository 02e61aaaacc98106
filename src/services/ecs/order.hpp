#pragma once
// What a create asks for, checked against what the region offers: the one reading of the body of
// both create calls. Pure, but for the ids of the servers that already use the project's VPCs.

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "services/ecs/operations.hpp"

namespace jianmen::services::ecs {

enum class Dialect { V1, V1_1 };  // v1 has a numeric chargingMode, v1.1 prePaid and postPaid

struct Order {
  Server pattern;  // everything that the servers have in common
  int count = 1;
  bool same_name = false;
  std::vector<std::string> addresses;  // wanted, one a NIC; empty: any
  bool dry_run = false;
};

std::expected<Order, Fault> read_order(const World& world, const Call& call, Dialect dialect,
                                       const ServerList& servers);

// web, web-0001 … of a batch: `index` from 0.
std::string name_of(const Order& order, int index);

}  // namespace jianmen::services::ecs
