#pragma once
// What every form of the store refuses before it looks at its state: the limits that store.hpp
// states. Thread safety: plain functions.

#include <chrono>
#include <cstddef>
#include <string_view>

#include "store/store.hpp"

namespace jianmen::store::detail {

constexpr std::size_t kMaxKey = 511;
constexpr std::size_t kMaxValue = std::size_t{64} << 10;
constexpr std::size_t kMaxOperations = 100;
constexpr std::size_t kMaxTransaction = std::size_t{1} << 20;

constexpr std::size_t kMaxIdempotencyKey = 255;
constexpr base::Duration kRemembered = std::chrono::hours(1);
constexpr std::size_t kMaxRemembered = 100'000;  // beyond: the oldest are forgotten early

base::Result<> check_limits(const Transaction& transaction, std::string_view idempotency_key);
std::size_t size_of(const Transaction& transaction);  // bytes of all keys and values

}  // namespace jianmen::store::detail
