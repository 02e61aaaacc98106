#include <algorithm>

#include "directory/detail/core.hpp"
#include "directory/detail/debts.hpp"
#include "directory/detail/records.hpp"

namespace jianmen::directory {

using namespace detail;

namespace {

// A project is three operations and three conditions of the 100 that a transaction may hold.
constexpr std::size_t kProjectsAtOnce = 15;
constexpr std::array<std::string_view, 3> kAdminRoles = {
    "Tenant Administrator", "Security Administrator", "Agent Operator"};

struct Plan {
  Account account;
  NewUser root;
  UserId root_id;
  Group admins;
  std::vector<Project> projects;
  std::vector<Grant> grants;
};

Result<std::vector<Project>> plan_projects(Core& core, const Account& account,
                                           const GivenIds& given) {
  std::vector<Project> out;
  for (const auto& region : core.catalog.regions()) {
    const auto at = given.projects.find(region.id);
    auto id = choose_id(at == given.projects.end() ? std::nullopt : std::optional(at->second),
                        core.random);
    if (!id) return error_of(id);
    out.push_back({*id, account.id, region.id, region.id, {}, {}, true, account.created});
  }
  for (const auto& [region, id] : given.projects) {
    if (core.catalog.find_region(region) == nullptr) return not_found("region", region);
  }
  return out;
}

std::vector<Grant> plan_grants(const Core& core, const Account& account, const GroupId& admins) {
  std::vector<Grant> out;
  for (const auto name : kAdminRoles) {
    const Role* role = core.find_system_role_by_name(name);
    if (role == nullptr) continue;  // a catalogue of a test may have none
    out.push_back({account.id,
                   Grant::Holder::Group,
                   admins.value,
                   role->id,
                   GrantScope::Inherited,
                   {},
                   account.created});
  }
  return out;
}

Result<Plan> make_plan(Core& core, std::string_view name, const std::optional<AccountId>& id,
                       const NewUser& root, const GivenIds& given) {
  auto fine = check_name("account", name);
  if (!fine) return error_of(fine);
  auto account_id = choose_id(id, core.random);
  if (!account_id) return error_of(account_id);
  auto root_id = choose_id(root.id, core.random);
  if (!root_id) return error_of(root_id);
  auto admins = choose_id(given.admin_group, core.random);
  if (!admins) return error_of(admins);
  Plan plan;
  plan.account = {*account_id, std::string(name), true, core.clock.now()};
  plan.root = root;
  plan.root.root = true;
  if (plan.root.name.empty()) plan.root.name = name;
  plan.root_id = *root_id;
  plan.admins = {*admins, *account_id, std::string(kAdminGroup), "", plan.account.created};
  auto projects = plan_projects(core, plan.account, given);
  if (!projects) return error_of(projects);
  plan.projects = std::move(*projects);
  plan.grants = plan_grants(core, plan.account, *admins);
  return plan;
}

std::unexpected<base::Error> interrupted() {
  return fail(Code::Unavailable, "the making of the account was interrupted, try again");
}

Result<> require_begun(const Snapshot& snapshot, Transaction& tx, const Account& account,
                       store::Revision noted) {
  if (noted_at(snapshot, Debt::AccountDeleted, account.id.value) != noted) return interrupted();
  require_noted_at(tx, Debt::AccountDeleted, account.id.value, noted);
  return {};
}

// The account is made in several transactions and visible only by the last. Until then a debt
// stands for it, so that a crash leaves nothing behind; each further transaction requires that
// nobody has paid that debt meanwhile. Returns the revision of the debt.
Result<store::Revision> begin(Core& core, const Account& account) {
  auto begun = core.change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    if (snapshot.get(keys::account_name(account.name))) return taken("account", account.name);
    if (snapshot.get(keys::account(account.id)) ||
        noted_at(snapshot, Debt::AccountDeleted, account.id.value)) {
      return taken("account id", account.id.value);
    }
    tx.require_absent(keys::account(account.id));
    require_not_owed(tx, Debt::AccountDeleted, account.id.value);
    owe(tx, Debt::AccountDeleted, account.id.value, account.id);
    return {};
  });
  if (!begun) return error_of(begun);
  const auto noted = noted_at(*core.store.snapshot(), Debt::AccountDeleted, account.id.value);
  if (!noted) return interrupted();
  return *noted;
}

Result<> put_projects(Core& core, const Plan& plan, store::Revision noted) {
  for (std::size_t from = 0; from < plan.projects.size(); from += kProjectsAtOnce) {
    const std::size_t to = std::min(from + kProjectsAtOnce, plan.projects.size());
    auto done = core.change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
      auto ours = require_begun(snapshot, tx, plan.account, noted);
      if (!ours) return ours;
      for (std::size_t i = from; i < to; ++i) {
        auto added = add_project(snapshot, tx, plan.projects[i]);
        if (!added) return error_of(added);
      }
      return {};
    });
    if (!done) return done;
  }
  return {};
}

Result<> finish(Core& core, const Plan& plan, store::Revision noted) {
  const Account& account = plan.account;
  return core.change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    auto ours = require_begun(snapshot, tx, account, noted);
    if (!ours) return ours;
    if (snapshot.get(keys::account_name(account.name))) return taken("account", account.name);
    tx.require_absent(keys::account_name(account.name)).require_absent(keys::account(account.id));
    auto group = add_group(snapshot, tx, plan.admins);
    if (!group) return error_of(group);
    auto root = add_user(snapshot, tx, account.id, plan.root, plan.root_id, {plan.admins.id},
                         account.created);
    if (!root) return error_of(root);
    tx.put(keys::member(account.id, plan.admins.id, plan.root_id), "");
    for (const auto& grant : plan.grants) put_grant(tx, grant);
    strike_out(tx, Debt::AccountDeleted, account.id.value);
    tx.put(keys::account(account.id), encode(account))
        .put(keys::account_name(account.name), account.id.value);
    return {};
  });
}

}  // namespace

Result<Account> Directory::create_account(std::string_view name, std::optional<AccountId> id,
                                          const NewUser& root, const GivenIds& given) {
  auto plan = make_plan(*impl_, name, id, root, given);
  if (!plan) return error_of(plan);
  auto begun = begin(*impl_, plan->account);
  if (!begun) return error_of(begun);
  auto done = put_projects(*impl_, *plan, *begun);
  if (done) done = finish(*impl_, *plan, *begun);
  if (done) return plan->account;
  // The reason that the caller learns is why it failed; if clearing fails too, the debt stays
  // noted.
  (void)pay(*impl_, Debt::AccountDeleted, plan->account.id.value);
  return error_of(done);
}

std::vector<Account> Directory::list_accounts() const {
  auto out = read_all<Account>(*impl_->store.snapshot(), keys::all_accounts());
  std::ranges::sort(out, {}, &Account::name);
  return out;
}

std::optional<Account> Directory::find_account(const AccountId& id) const {
  if (!is_well_formed_id(id.value)) return std::nullopt;
  auto found = read<Account>(*impl_->store.snapshot(), keys::account(id));
  return found ? std::optional(std::move(found->value)) : std::nullopt;
}

std::optional<Account> Directory::find_account_by_name(std::string_view name) const {
  if (!keys::fits_name(name)) return std::nullopt;
  const auto snapshot = impl_->store.snapshot();
  const auto id = snapshot->get(keys::account_name(name));
  if (!id) return std::nullopt;
  auto found = read<Account>(*snapshot, keys::account(AccountId(id->value)));
  return found ? std::optional(std::move(found->value)) : std::nullopt;
}

Result<> Directory::set_account_enabled(const AccountId& id, bool enabled) {
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    auto found = read<Account>(snapshot, keys::account(id));
    if (!found) return not_found("account", id.value);
    if (found->value.enabled == enabled) return {};
    found->value.enabled = enabled;
    rewrite(tx, keys::account(id), found->modified, found->value);
    return {};
  });
}

Result<> Directory::delete_account(const AccountId& id) {
  auto deleted = impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    const auto found = read<Account>(snapshot, keys::account(id));
    if (!found) return not_found("account", id.value);
    tx.require_revision(keys::account(id), found->modified).erase(keys::account(id));
    tx.erase(keys::account_name(found->value.name));
    owe(tx, Debt::AccountDeleted, id.value, id);
    return {};
  });
  return deleted ? pay(*impl_, Debt::AccountDeleted, id.value) : deleted;
}

}  // namespace jianmen::directory
