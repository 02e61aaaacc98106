#include <algorithm>

#include "directory/detail/core.hpp"
#include "directory/detail/debts.hpp"

namespace jianmen::directory {

using namespace detail;

namespace {

// What a credential through the agency relies on.
bool takes_away(const Agency& before, const Agency& after) {
  return before.name != after.name || before.trusted_account != after.trusted_account ||
         before.trusted_account_name != after.trusted_account_name ||
         before.expires != after.expires || before.duration_hours != after.duration_hours;
}

}  // namespace

Result<Agency> Directory::create_agency(const Agency& given) {
  auto fine = check_name("agency", given.name);
  if (!fine) return error_of(fine);
  auto id = choose_id(std::optional(given.id), impl_->random);
  if (!id) return error_of(id);
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<Agency> {
    const AccountId& account = given.account;
    if (!snapshot.get(keys::account(account))) return not_found("account", account.value);
    const auto by_name = keys::agency_name(account, given.name);
    if (snapshot.get(by_name)) return taken("agency", given.name);
    if (snapshot.get(keys::home(*id)) || noted_at(snapshot, Debt::AgencyDeleted, id->value)) {
      return taken("agency id", id->value);
    }
    Agency agency = given;
    agency.id = *id;
    if (agency.created == Time{}) agency.created = impl_->clock.now();
    agency.epoch = static_cast<std::uint64_t>(snapshot.revision());  // as a user's
    tx.require_exists(keys::account(account))
        .require_absent(by_name)
        .require_absent(keys::home(*id));
    require_not_owed(tx, Debt::AgencyDeleted, id->value);
    tx.put(keys::agency(account, *id), encode(agency))
        .put(by_name, id->value)
        .put(keys::home(*id), account.value);
    return agency;
  });
}

std::vector<Agency> Directory::list_agencies(const AccountId& account) const {
  if (!is_well_formed_id(account.value)) return {};
  auto out = read_all<Agency>(*impl_->store.snapshot(), keys::all_agencies(account));
  std::ranges::sort(out, {}, &Agency::name);
  return out;
}

std::optional<Agency> Directory::find_agency(const AgencyId& id) const {
  auto found = read_agency(*impl_->store.snapshot(), id);
  return found ? std::optional(std::move(found->value)) : std::nullopt;
}

std::optional<Agency> Directory::find_agency_by_name(const AccountId& account,
                                                     std::string_view name) const {
  if (!is_well_formed_id(account.value) || !keys::fits_name(name)) return std::nullopt;
  const auto snapshot = impl_->store.snapshot();
  const auto id = snapshot->get(keys::agency_name(account, name));
  if (!id) return std::nullopt;
  auto found = read<Agency>(*snapshot, keys::agency(account, AgencyId(id->value)));
  return found ? std::optional(std::move(found->value)) : std::nullopt;
}

Result<Agency> Directory::update_agency(const Agency& given) {
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<Agency> {
    auto found = read_agency(snapshot, given.id);
    if (!found) return not_found("agency", given.id.value);
    const Agency before = found->value;
    Agency& agency = found->value;
    if (given.name != before.name) {
      auto moved = rename_index(snapshot, tx, keys::agency_name(before.account, before.name),
                                keys::agency_name(before.account, given.name), given.id.value,
                                "agency", given.name);
      if (!moved) return error_of(moved);
    }
    agency = given;
    agency.account = before.account;
    agency.created = before.created;
    agency.epoch = before.epoch;
    if (takes_away(before, agency)) {
      ++agency.epoch;
    } else if (agency.description == before.description) {
      return agency;
    }
    rewrite(tx, keys::agency(agency.account, agency.id), found->modified, agency);
    return agency;
  });
}

Result<> Directory::delete_agency(const AgencyId& id) {
  auto deleted = impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    const auto found = read_agency(snapshot, id);
    if (!found) return not_found("agency", id.value);
    const Agency& agency = found->value;
    const auto key = keys::agency(agency.account, id);
    tx.require_revision(key, found->modified).erase(key);
    tx.erase(keys::agency_name(agency.account, agency.name)).erase(keys::home(id));
    owe(tx, Debt::AgencyDeleted, id.value, agency.account);
    return {};
  });
  return deleted ? pay(*impl_, Debt::AgencyDeleted, id.value) : deleted;
}

}  // namespace jianmen::directory
