#pragma once
// What an account may hold: the largest that the cloud grants on request, so that tests of many
// resources run.

#include <cstddef>

namespace jianmen::services::iam {

constexpr std::size_t kMaxUsers = 1000;
constexpr std::size_t kMaxGroups = 300;
constexpr std::size_t kMaxAgencies = 300;
constexpr std::size_t kMaxCustomPolicies = 300;

}  // namespace jianmen::services::iam
