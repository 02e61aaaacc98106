#pragma once
// Work that does not fit into the transaction that takes something away: raising the epochs of a
// group's members, clearing what hung on a deleted group, project, agency or account. The taking
// transaction notes the debt under z/; pay() works it off in small transactions and strikes it out.
// A crash, or a store that fails in between, leaves the note: the next start (and the next
// successful change) pays. Paying twice does no harm. What was deleted is invisible from the first
// transaction on, and its id is not given out again before the debt is paid.

#include "directory/detail/core.hpp"

namespace jianmen::directory::detail {

enum class Debt : char {
  GroupMembers = 'm',    // raise the epochs of the group's members
  RoleHolders = 'r',     // raise the epochs of all who hold the role
  GroupDeleted = 'g',    // memberships (with epochs) and grants
  ProjectDeleted = 'p',  // grants on it, with the epochs of their holders
  AgencyDeleted = 'y',   // grants
  AccountDeleted = 'a',  // everything inside; also noted while an account is being made
};

void owe(Transaction& tx, Debt debt, std::string_view id, const AccountId& account);
// The revision at which a debt was noted; nullopt when there is none.
std::optional<store::Revision> noted_at(const Snapshot& snapshot, Debt debt, std::string_view id);
void require_not_owed(Transaction& tx, Debt debt, std::string_view id);
void require_noted_at(Transaction& tx, Debt debt, std::string_view id, store::Revision revision);
void strike_out(Transaction& tx, Debt debt, std::string_view id);

Result<> pay(Core& core, Debt debt, std::string_view id);
void pay_all(Core& core);  // what cannot be paid now stays noted

}  // namespace jianmen::directory::detail
