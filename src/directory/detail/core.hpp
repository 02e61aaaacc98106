#pragma once
// What the files of this folder share: the store with its retry loop, typed reads, and the debts. A
// change is a function of a snapshot that fills a transaction; its conditions make sure that what
// it read still holds, else it runs again on a newer snapshot. Thread safety: all functions from
// any thread.

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "directory/detail/codec.hpp"
#include "directory/detail/keys.hpp"
#include "directory/directory.hpp"

namespace jianmen::directory::detail {

using base::Code;
using base::error_of;
using base::fail;
using store::Snapshot;
using store::Transaction;

template <class T>
struct Found {
  T value;
  store::Revision modified = 0;  // for Transaction::require_revision
};

template <class T>
std::optional<Found<T>> read(const Snapshot& snapshot, const std::string& key) {
  const auto entry = snapshot.get(key);
  if (!entry) return std::nullopt;
  auto value = decode<T>(entry->value);
  if (!value) return std::nullopt;
  return Found<T>{std::move(*value), entry->modified};
}

// All records under a prefix, by name.
template <class T>
std::vector<T> read_all(const Snapshot& snapshot, const std::string& prefix) {
  std::vector<T> out;
  const auto found = snapshot.range(prefix, store::prefix_end(prefix), 0);
  out.reserve(found.entries.size());
  for (const auto& entry : found.entries) {
    if (auto value = decode<T>(entry.value)) out.push_back(std::move(*value));
  }
  return out;
}

// The account that a user, group, project, role or agency lives in.
template <class Id>
std::optional<AccountId> read_home(const Snapshot& snapshot, const Id& id) {
  if (!is_well_formed_id(id.value)) return std::nullopt;
  const auto entry = snapshot.get(keys::home(id));
  return entry ? std::optional(AccountId(entry->value)) : std::nullopt;
}

std::optional<Found<UserRecord>> read_user(const Snapshot& snapshot, const UserId& id);
std::optional<Found<Group>> read_group(const Snapshot& snapshot, const GroupId& id);
std::optional<Found<Project>> read_project(const Snapshot& snapshot, const ProjectId& id);
std::optional<Found<Role>> read_own_role(const Snapshot& snapshot, const RoleId& id);
std::optional<Found<Agency>> read_agency(const Snapshot& snapshot, const AgencyId& id);

// Writes a record that was read; the change fails and runs again when another was faster.
template <class T>
void rewrite(Transaction& tx, const std::string& key, store::Revision modified, const T& value) {
  tx.require_revision(key, modified).put(key, encode(value));
}

// Moves a unique name: conditions and index keys. Conflict when the new name is taken.
Result<> rename_index(const Snapshot& snapshot, Transaction& tx, const std::string& from,
                      const std::string& to, std::string_view id, std::string_view what,
                      std::string_view name);

Result<> check_name(std::string_view what, std::string_view name);
// An id that a fixture brings, or a new one. An error when the text could not be an id.
template <class Id>
Result<Id> choose_id(const std::optional<Id>& given, base::Random& random) {
  if (!given || given->empty()) return Id(base::make_hex_id(random));
  if (!is_well_formed_id(given->value)) {
    return fail(Code::InvalidArgument, "an id has 1 to 64 letters, digits, '-' and '_'");
  }
  return *given;
}

template <class T>
bool contains(const std::vector<T>& list, const T& item) {
  return std::ranges::find(list, item) != list.end();
}

std::string in_quotes(std::string_view text);
std::unexpected<base::Error> not_found(std::string_view what, std::string_view id);
std::unexpected<base::Error> taken(std::string_view what, std::string_view name);

class Core {
 public:
  Core(store::Store& store, const catalog::Catalog& catalog, const crypto::Vault& vault,
       const base::Clock& clock, base::Random& random);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // Runs `attempt(snapshot, transaction)` and commits what it filled in; an empty transaction is a
  // success without a change.
  template <class Attempt>
  std::invoke_result_t<Attempt&, const Snapshot&, Transaction&> change(Attempt attempt) {
    for (int tries = 0; tries < kMaxTries; ++tries) {
      if (tries > 2) std::this_thread::yield();
      Transaction tx;
      auto snapshot = store.snapshot();
      auto answer = attempt(*snapshot, tx);
      snapshot.reset();
      if (!answer || tx.operations.empty()) return answer;
      auto committed = commit(std::move(tx));
      if (!committed) return error_of(committed);
      if (*committed) return answer;
    }
    return fail(Code::Unavailable, "too many changes of the same thing at once, try again");
  }

  const Role* find_system_role(std::string_view id) const;
  const Role* find_system_role_by_name(std::string_view name) const;

  store::Store& store;
  const catalog::Catalog& catalog;
  const crypto::Vault& vault;
  const base::Clock& clock;
  base::Random& random;
  std::atomic<std::uint64_t> generation{1};
  std::atomic<bool> has_unpaid_debts{false};

 private:
  static constexpr int kMaxTries = 1000;

  Result<bool> commit(Transaction tx);  // false: a condition failed

  std::unordered_map<std::string_view, const Role*> system_roles_by_id_, system_roles_by_name_;
};

}  // namespace jianmen::directory::detail

namespace jianmen::directory {

struct Directory::Impl final : detail::Core {
  using Core::Core;
};

}  // namespace jianmen::directory
