#include "store/detail/apply.hpp"

#include <utility>

namespace jianmen::store::detail {

namespace {

bool holds(const Condition& condition, const std::optional<Stamp>& stamp) {
  switch (condition.kind) {
    case Condition::Kind::Absent:
      return !stamp;
    case Condition::Kind::Exists:
      return stamp.has_value();
    case Condition::Kind::ModifiedAt:
      return (stamp ? stamp->modified : 0) == condition.revision;
  }
  return false;
}

base::Result<> put(const Operation& operation, Revision next, Table& table, Changes& changes) {
  auto stamp = table.find(operation.key);
  if (!stamp) return error_of(stamp);
  Change change;
  change.entry = {operation.key, operation.value, next, next, 1};
  if (*stamp) {
    change.entry.created = (*stamp)->created;
    change.entry.version = (*stamp)->version + 1;
  }
  if (auto written = table.put(change.entry); !written) return error_of(written);
  changes.push_back(std::move(change));
  return {};
}

base::Result<> erase(std::string key, Revision next, Table& table, Changes& changes) {
  if (auto erased = table.erase(key); !erased) return error_of(erased);
  Change change;
  change.deleted = true;
  change.entry.key = std::move(key);
  change.entry.modified = next;
  changes.push_back(std::move(change));
  return {};
}

base::Result<> perform(const Operation& operation, Revision next, Table& table, Changes& changes) {
  switch (operation.kind) {
    case Operation::Kind::Put:
      return put(operation, next, table, changes);
    case Operation::Kind::Delete: {
      auto stamp = table.find(operation.key);
      if (!stamp) return error_of(stamp);
      if (!*stamp) return {};
      return erase(operation.key, next, table, changes);
    }
    case Operation::Kind::DeleteRange: {
      auto keys = table.keys(operation.key, operation.value);
      if (!keys) return error_of(keys);
      for (std::string& key : *keys) {
        if (auto erased = erase(std::move(key), next, table, changes); !erased) {
          return error_of(erased);
        }
      }
      return {};
    }
  }
  return {};
}

}  // namespace

base::Result<std::variant<Changes, Conflict>> apply(const Transaction& transaction, Revision next,
                                                    Table& table) {
  Conflict conflict;
  for (const Condition& condition : transaction.conditions) {
    auto stamp = table.find(condition.key);
    if (!stamp) return error_of(stamp);
    if (!holds(condition, *stamp)) conflict.keys.push_back(condition.key);
  }
  if (!conflict.keys.empty()) return conflict;

  Changes changes;
  changes.reserve(transaction.operations.size());
  for (const Operation& operation : transaction.operations) {
    if (auto done = perform(operation, next, table, changes); !done) return error_of(done);
  }
  return changes;
}

}  // namespace jianmen::store::detail
