#include "store/detail/limits.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace jianmen::store::detail {

namespace {

using base::Code;

base::Result<> check_key(std::string_view key) {
  if (key.empty()) return base::fail(Code::InvalidArgument, "a key of the transaction is empty");
  if (key.size() > kMaxKey) {
    return base::fail(Code::TooLarge, "a key of the transaction has " + std::to_string(key.size()) +
                                          " bytes; at most " + std::to_string(kMaxKey) +
                                          " are allowed");
  }
  return {};
}

base::Result<> check_operation(const Operation& operation) {
  if (auto key = check_key(operation.key); !key) return error_of(key);
  const std::string& value = operation.value;
  if (operation.kind == Operation::Kind::Put && value.size() > kMaxValue) {
    return base::fail(Code::TooLarge, "a value of the transaction has " +
                                          std::to_string(value.size()) + " bytes; at most " +
                                          std::to_string(kMaxValue) + " are allowed");
  }
  if (operation.kind == Operation::Kind::DeleteRange && !value.empty()) {
    if (auto end = check_key(value); !end) return error_of(end);
    if (value <= operation.key) {
      return base::fail(Code::InvalidArgument, "a range of the transaction ends before it begins");
    }
  }
  return {};
}

// Sorted by first key, two operations meet when a neighbour begins at, or inside, the one before
// it.
base::Result<> check_no_key_twice(const Transaction& transaction) {
  std::vector<const Operation*> sorted;
  sorted.reserve(transaction.operations.size());
  for (const Operation& operation : transaction.operations) sorted.push_back(&operation);
  std::ranges::sort(sorted, {}, [](const Operation* o) { return std::string_view(o->key); });
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const Operation& before = *sorted[i - 1];
    bool range = before.kind == Operation::Kind::DeleteRange;
    bool inside = range && (before.value.empty() || sorted[i]->key < before.value);
    if (inside || sorted[i]->key == before.key) {
      return base::fail(Code::InvalidArgument, "the transaction writes a key twice");
    }
  }
  return {};
}

}  // namespace

std::size_t size_of(const Transaction& transaction) {
  std::size_t bytes = 0;
  for (const Condition& condition : transaction.conditions) bytes += condition.key.size();
  for (const Operation& o : transaction.operations) bytes += o.key.size() + o.value.size();
  return bytes;
}

base::Result<> check_limits(const Transaction& transaction, std::string_view idempotency_key) {
  std::size_t count = transaction.conditions.size() + transaction.operations.size();
  if (count > kMaxOperations) {
    return base::fail(Code::TooLarge, "the transaction has " + std::to_string(count) +
                                          " operations; at most " + std::to_string(kMaxOperations) +
                                          " are allowed");
  }
  if (std::size_t bytes = size_of(transaction); bytes > kMaxTransaction) {
    return base::fail(Code::TooLarge, "the transaction has " + std::to_string(bytes) +
                                          " bytes; at most " + std::to_string(kMaxTransaction) +
                                          " are allowed");
  }
  if (idempotency_key.size() > kMaxIdempotencyKey) {
    return base::fail(Code::TooLarge, "the idempotency key is longer than " +
                                          std::to_string(kMaxIdempotencyKey) + " bytes");
  }
  for (const Condition& condition : transaction.conditions) {
    if (auto key = check_key(condition.key); !key) return error_of(key);
  }
  for (const Operation& operation : transaction.operations) {
    if (auto checked = check_operation(operation); !checked) return error_of(checked);
  }
  return check_no_key_twice(transaction);
}

}  // namespace jianmen::store::detail
