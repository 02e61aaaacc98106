#include "directory/detail/debts.hpp"

#include <functional>
#include <set>

#include "base/encoding.hpp"
#include "directory/detail/records.hpp"

namespace jianmen::directory::detail {

namespace {

// Entries a step works on: at most three operations and a condition for each stay below the limit
// of a transaction.
constexpr std::size_t kStep = 24;
constexpr std::string_view kKinds = "mrgpya";  // the values of Debt

// Calls `step` with the keys under `prefix`, a few at a time, in order.
Result<> for_each_page(Core& core, const std::string& prefix,
                       const std::function<Result<>(const std::vector<std::string>&)>& step) {
  std::string begin = prefix;
  const std::string end = store::prefix_end(prefix);
  for (bool more = true; more;) {
    std::vector<std::string> page;
    {
      const auto snapshot = core.store.snapshot();
      auto range = snapshot->range(begin, end, kStep);
      for (const auto& entry : range.entries) page.emplace_back(entry.key);
      more = range.more;
      begin = std::move(range.resume);
    }
    if (page.empty()) break;
    auto done = step(page);
    if (!done) return done;
  }
  return {};
}

std::string_view last_piece(std::string_view key) { return key.substr(key.rfind('/') + 1); }

void raise_epoch(Core& core, const Snapshot& snapshot, Transaction& tx, const AccountId& account,
                 const UserId& user, std::string_view change) {
  const auto key = keys::user(account, user);
  auto found = read<UserRecord>(snapshot, key);
  if (!found) return;
  found->value.take_away(change, core.clock.now());
  rewrite(tx, key, found->modified, found->value);
}

Result<> raise_members(Core& core, const AccountId& account, const GroupId& group,
                       std::string_view change) {
  return for_each_page(
      core, keys::all_members(account, group), [&](const std::vector<std::string>& page) {
        return core.change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
          for (const auto& key : page)
            raise_epoch(core, snapshot, tx, account, UserId(last_piece(key)), change);
          return {};
        });
      });
}

Result<> raise_agency(Core& core, const AccountId& account, const AgencyId& agency) {
  return core.change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    const auto key = keys::agency(account, agency);
    auto found = read<Agency>(snapshot, key);
    if (!found) return {};
    ++found->value.epoch;
    rewrite(tx, key, found->modified, found->value);
    return {};
  });
}

Result<> raise_holder(Core& core, const Grant& grant, std::string_view change) {
  return grant.holder == Grant::Holder::Group
             ? raise_members(core, grant.account, GroupId(grant.holder_id), change)
             : raise_agency(core, grant.account, AgencyId(grant.holder_id));
}

Result<> erase_grants_of(Core& core, const AccountId& account, Grant::Holder holder,
                         std::string_view id) {
  return for_each_page(core, keys::grants_of(account, holder, id),
                       [&](const std::vector<std::string>& page) {
                         return core.change([&](const Snapshot&, Transaction& tx) -> Result<> {
                           for (const auto& key : page) {
                             if (const auto grant = decode_grant(key, "0")) erase_grant(tx, *grant);
                           }
                           return {};
                         });
                       });
}

Result<> remove_members(Core& core, const AccountId& account, const GroupId& group) {
  return for_each_page(
      core, keys::all_members(account, group), [&](const std::vector<std::string>& page) {
        return core.change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
          for (const auto& key : page) {
            tx.erase(key);
            const auto user_key = keys::user(account, UserId(last_piece(key)));
            auto found = read<UserRecord>(snapshot, user_key);
            if (!found) continue;
            std::erase(found->value.groups, group);
            found->value.take_away("group_deleted", core.clock.now());
            rewrite(tx, user_key, found->modified, found->value);
          }
          return {};
        });
      });
}

Result<> settle_group(Core& core, const AccountId& account, const GroupId& group) {
  auto done = remove_members(core, account, group);
  return done ? erase_grants_of(core, account, Grant::Holder::Group, group.value) : done;
}

Result<> settle_role(Core& core, const AccountId& account, const RoleId& role) {
  std::set<std::pair<Grant::Holder, std::string>> seen;
  return for_each_page(core, keys::grants_by_role(account, role),
                       [&](const std::vector<std::string>& page) {
                         for (const auto& key : page) {
                           const auto grant = decode_grant_by_role(key);
                           if (!grant || !seen.emplace(grant->holder, grant->holder_id).second)
                             continue;
                           auto done = raise_holder(core, *grant, "role_changed");
                           if (!done) return done;
                         }
                         return Result<>{};
                       });
}

Result<> settle_project(Core& core, const AccountId& account, const ProjectId& project) {
  return for_each_page(core, keys::grants_by_project(account, project),
                       [&](const std::vector<std::string>& page) {
                         for (const auto& key : page) {
                           const auto grant = decode_grant_by_project(key);
                           if (!grant) continue;
                           auto done = raise_holder(core, *grant, "project_deleted");
                           if (!done) return done;
                         }
                         // The grants go last: they are the list of whom to raise.
                         return core.change([&](const Snapshot&, Transaction& tx) -> Result<> {
                           for (const auto& key : page) {
                             if (const auto grant = decode_grant_by_project(key))
                               erase_grant(tx, *grant);
                           }
                           return {};
                         });
                       });
}

// The keys outside a/<account>/ that lead into it.
template <class Id>
Result<> erase_homes(Core& core, const std::string& prefix) {
  return for_each_page(core, prefix, [&](const std::vector<std::string>& page) {
    return core.change([&](const Snapshot&, Transaction& tx) -> Result<> {
      for (const auto& key : page) tx.erase(keys::home(Id(last_piece(key))));
      return {};
    });
  });
}

Result<> erase_access_keys(Core& core, const AccountId& account) {
  return for_each_page(core, keys::all_users(account), [&](const std::vector<std::string>& page) {
    return core.change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
      for (const auto& key : page) {
        const auto found = read<UserRecord>(snapshot, key);
        if (!found) continue;
        for (const auto& access_key : found->value.keys) tx.erase(keys::access_key(access_key));
      }
      return {};
    });
  });
}

Result<> settle_account(Core& core, const AccountId& account) {
  auto done = erase_access_keys(core, account);
  if (done) done = erase_homes<UserId>(core, keys::all_users(account));
  if (done) done = erase_homes<GroupId>(core, keys::all_groups(account));
  if (done) done = erase_homes<ProjectId>(core, keys::all_projects(account));
  if (done) done = erase_homes<RoleId>(core, keys::all_roles(account));
  if (done) done = erase_homes<AgencyId>(core, keys::all_agencies(account));
  if (!done) return done;
  return core.change([&](const Snapshot&, Transaction& tx) -> Result<> {
    const auto prefix = keys::inside(account);
    tx.erase_range(prefix, store::prefix_end(prefix));
    return {};
  });
}

Result<> settle(Core& core, Debt debt, std::string_view id, const AccountId& account) {
  switch (debt) {
    case Debt::GroupMembers:
      return raise_members(core, account, GroupId(id), "grant_revoked");
    case Debt::RoleHolders:
      return settle_role(core, account, RoleId(id));
    case Debt::GroupDeleted:
      return settle_group(core, account, GroupId(id));
    case Debt::ProjectDeleted:
      return settle_project(core, account, ProjectId(id));
    case Debt::AgencyDeleted:
      return erase_grants_of(core, account, Grant::Holder::Agency, id);
    case Debt::AccountDeleted:
      return settle_account(core, account);
  }
  return {};
}

std::string key_of(Debt debt, std::string_view id) {
  return keys::debt(static_cast<char>(debt), id);
}

// One pass. True when the debt is struck out; false when it was noted anew meanwhile.
Result<bool> pay_once(Core& core, Debt debt, std::string_view id) {
  const auto key = key_of(debt, id);
  AccountId account;
  store::Revision noted = 0;
  {
    const auto snapshot = core.store.snapshot();
    const auto entry = snapshot->get(key);
    if (!entry) return true;
    account = AccountId(entry->value);
    noted = entry->modified;
  }
  auto done = settle(core, debt, id, account);
  if (!done) return error_of(done);
  return core.change([&](const Snapshot& snapshot, Transaction& tx) -> Result<bool> {
    const auto entry = snapshot.get(key);
    if (!entry) return true;
    if (entry->modified != noted) return false;
    tx.require_revision(key, noted).erase(key);
    return true;
  });
}

}  // namespace

void owe(Transaction& tx, Debt debt, std::string_view id, const AccountId& account) {
  tx.put(key_of(debt, id), account.value);
}

std::optional<store::Revision> noted_at(const Snapshot& snapshot, Debt debt, std::string_view id) {
  const auto entry = snapshot.get(key_of(debt, id));
  return entry ? std::optional(entry->modified) : std::nullopt;
}

void require_not_owed(Transaction& tx, Debt debt, std::string_view id) {
  tx.require_absent(key_of(debt, id));
}

void require_noted_at(Transaction& tx, Debt debt, std::string_view id, store::Revision revision) {
  tx.require_revision(key_of(debt, id), revision);
}

void strike_out(Transaction& tx, Debt debt, std::string_view id) { tx.erase(key_of(debt, id)); }

Result<> pay(Core& core, Debt debt, std::string_view id) {
  for (;;) {
    auto paid = pay_once(core, debt, id);
    if (!paid) {
      core.has_unpaid_debts = true;
      return error_of(paid);
    }
    if (*paid) return {};
  }
}

void pay_all(Core& core) {
  core.has_unpaid_debts =
      false;  // before the work: pay() sets it again, and commits inside do not come back here
  std::vector<std::string> notes;
  {
    const auto snapshot = core.store.snapshot();
    const auto range = snapshot->range(keys::all_debts(), store::prefix_end(keys::all_debts()), 0);
    for (const auto& entry : range.entries) notes.emplace_back(entry.key);
  }
  for (const auto& note : notes) {
    const auto pieces = base::split(note, '/');  // z, kind, id
    if (pieces.size() != 3 || pieces[1].size() != 1 || !kKinds.contains(pieces[1][0])) continue;
    const auto paid = pay(core, static_cast<Debt>(pieces[1][0]), pieces[2]);
    if (!paid) return;
  }
}

}  // namespace jianmen::directory::detail
