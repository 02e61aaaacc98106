#include "directory/detail/core.hpp"

#include "directory/detail/debts.hpp"

namespace jianmen::directory::detail {

namespace {

template <class T, class Id>
std::optional<Found<T>> read_by_id(const Snapshot& snapshot, const Id& id,
                                   std::string (*key)(const AccountId&, const Id&)) {
  const auto account = read_home(snapshot, id);
  return account ? read<T>(snapshot, key(*account, id)) : std::nullopt;
}

}  // namespace

std::optional<Found<UserRecord>> read_user(const Snapshot& snapshot, const UserId& id) {
  return read_by_id<UserRecord>(snapshot, id, keys::user);
}
std::optional<Found<Group>> read_group(const Snapshot& snapshot, const GroupId& id) {
  return read_by_id<Group>(snapshot, id, keys::group);
}
std::optional<Found<Project>> read_project(const Snapshot& snapshot, const ProjectId& id) {
  return read_by_id<Project>(snapshot, id, keys::project);
}
std::optional<Found<Role>> read_own_role(const Snapshot& snapshot, const RoleId& id) {
  return read_by_id<Role>(snapshot, id, keys::role);
}
std::optional<Found<Agency>> read_agency(const Snapshot& snapshot, const AgencyId& id) {
  return read_by_id<Agency>(snapshot, id, keys::agency);
}

Result<> rename_index(const Snapshot& snapshot, Transaction& tx, const std::string& from,
                      const std::string& to, std::string_view id, std::string_view what,
                      std::string_view name) {
  auto fine = check_name(what, name);
  if (!fine) return fine;
  if (snapshot.get(to)) return taken(what, name);
  tx.require_absent(to).erase(from).put(to, std::string(id));
  return {};
}

Result<> check_name(std::string_view what, std::string_view name) {
  if (keys::fits_name(name)) return {};
  return fail(Code::InvalidArgument,
              "the name of a " + std::string(what) +
                  " is 1 to 256 bytes of UTF-8 text without control characters");
}

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

std::unexpected<base::Error> not_found(std::string_view what, std::string_view id) {
  return fail(Code::NotFound, "there is no " + std::string(what) + ' ' + in_quotes(id));
}

std::unexpected<base::Error> taken(std::string_view what, std::string_view name) {
  return fail(Code::Conflict,
              "the " + std::string(what) + ' ' + in_quotes(name) + " exists already");
}

Core::Core(store::Store& store_in, const catalog::Catalog& catalog_in,
           const crypto::Vault& vault_in, const base::Clock& clock_in, base::Random& random_in)
    : store(store_in), catalog(catalog_in), vault(vault_in), clock(clock_in), random(random_in) {
  for (const Role& role : catalog.system_roles()) {
    system_roles_by_id_.emplace(role.id.value, &role);
    system_roles_by_name_.emplace(role.display_name, &role);
  }
  // Display names first: an internal name never hides one.
  for (const Role& role : catalog.system_roles()) system_roles_by_name_.emplace(role.name, &role);
}

const Role* Core::find_system_role(std::string_view id) const {
  const auto at = system_roles_by_id_.find(id);
  return at == system_roles_by_id_.end() ? nullptr : at->second;
}

const Role* Core::find_system_role_by_name(std::string_view name) const {
  const auto at = system_roles_by_name_.find(name);
  return at == system_roles_by_name_.end() ? nullptr : at->second;
}

Result<bool> Core::commit(Transaction tx) {
  auto outcome = store.commit(std::move(tx));
  if (!outcome) return error_of(outcome);
  if (!std::holds_alternative<store::Committed>(*outcome)) return false;
  // Release: whoever sees the new number sees the committed data.
  generation.fetch_add(1, std::memory_order_release);
  if (has_unpaid_debts.load(std::memory_order_relaxed)) pay_all(*this);
  return true;
}

}  // namespace jianmen::directory::detail
