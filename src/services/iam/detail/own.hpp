#pragma once
// What a call names, looked up inside the caller's own account: another account's id answers as one
// that does not exist. And the sentences in which IAM tells such things. Used by every resource of
// users, groups, roles, grants, agencies and keys. Thread safety: any thread.

#include <expected>
#include <string_view>

#include "identity/entities.hpp"
#include "services/iam/detail/parts.hpp"

namespace jianmen::services::iam {

// Adds a plain function to the service's table; it gets its own copy of the dependencies'
// references.
void add(Functions& functions, const Dependencies& with, std::string_view operation, Runs runs,
         Outcome (*answer)(const Dependencies&, const Call&));

std::unexpected<Fault> not_found(const Call& call, std::string_view kind, std::string_view id);
std::unexpected<Fault> conflict(const Call& call, std::string_view kind, std::string_view why);
std::unexpected<Fault> forbidden(std::string_view message);
std::unexpected<Fault> invalid_field(const Call& call, std::string_view key,
                                     std::string_view value);
// What the directory answered to a write on `kind` `id`: gone meanwhile, name taken, not allowed …
std::unexpected<Fault> write_fault(const Call& call, std::string_view kind, std::string_view id,
                                   const base::Error& error);

std::expected<identity::User, Fault> own_user(const Dependencies& with, const Call& call,
                                              std::string_view id);
std::expected<identity::Group, Fault> own_group(const Dependencies& with, const Call& call,
                                                std::string_view id);
std::expected<identity::Project, Fault> own_project(const Dependencies& with, const Call& call,
                                                    std::string_view id);
std::expected<identity::Agency, Fault> own_agency(const Dependencies& with, const Call& call,
                                                  std::string_view id);
// One of the account's own policies.
std::expected<identity::Role, Fault> own_role(const Dependencies& with, const Call& call,
                                              std::string_view id);
// A system role or one of the account's own.
std::expected<identity::Role, Fault> usable_role(const Dependencies& with, const Call& call,
                                                 std::string_view id);

// A domain_id that a body or a query gives may only be the caller's own; absent is fine.
std::expected<void, Fault> check_account(const Call& call,
                                         std::optional<std::string_view> domain_id);
// The account's root user is changed by itself alone: no administrator takes its password, its keys
// or its state.
std::expected<void, Fault> check_not_anothers_root(const Call& call, const identity::User& user);

// A member that a body gives as text; absent and null are alike.
std::optional<std::string> text_of(const base::json::value& object, std::string_view key);
// Between `least` and `most` characters (not bytes), none of them a control character.
bool is_text_of(std::string_view text, std::size_t least, std::size_t most);

// page and per_page of a list; both or neither.
struct Page {
  std::size_t first = 0;
  std::size_t count = static_cast<std::size_t>(-1);

  bool holds(std::size_t index) const { return index >= first && index - first < count; }
};
std::expected<Page, Fault> page_of(const Call& call, std::size_t most);

}  // namespace jianmen::services::iam
