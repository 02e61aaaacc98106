#include "services/iam/detail/own.hpp"

#include <charconv>

namespace jianmen::services::iam {

using identity::AgencyId;
using identity::GroupId;
using identity::ProjectId;
using identity::RoleId;
using identity::UserId;

namespace {

// The newer family ends its sentences with a full stop.
std::string sentence(const Call& call, std::string text) {
  if (call.operation.family == "iam") text += '.';
  return text;
}

template <class Entity>
std::expected<Entity, Fault> own(const Call& call, std::optional<Entity> found,
                                 std::string_view kind, std::string_view id) {
  if (!found || found->account != call.principal->account) return not_found(call, kind, id);
  return std::move(*found);
}

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto end = text.data() + text.size();
  const auto [at, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc() || at != end) return std::nullopt;
  return value;
}

}  // namespace

void add(Functions& functions, const Dependencies& with, std::string_view operation, Runs runs,
         Outcome (*answer)(const Dependencies&, const Call&)) {
  functions.push_back(
      {operation, runs, [with, answer](const Call& call) { return answer(with, call); }});
}

std::unexpected<Fault> not_found(const Call& call, std::string_view kind, std::string_view id) {
  return fault(FaultKind::NotFound, {},
               sentence(call, "Could not find " + std::string(kind) + ": " + std::string(id)));
}

std::unexpected<Fault> conflict(const Call& call, std::string_view kind, std::string_view why) {
  return fault(FaultKind::Conflict, {},
               sentence(call, "Conflict occurred when attempting to store " + std::string(kind) +
                                  " - " + std::string(why)));
}

std::unexpected<Fault> forbidden(std::string_view message) {
  return fault(FaultKind::Denied, {}, std::string(message));
}

std::unexpected<Fault> invalid_field(const Call& call, std::string_view key,
                                     std::string_view value) {
  auto told = fault(FaultKind::Parameter, {},
                    sentence(call, "Invalid input for field '" + std::string(key) +
                                       "'. The value is '" + std::string(value) + "'"));
  told.error().refusal = identity::Refusal{identity::Cause::RequestParameter, {}};
  told.error().refusal->with("parameter", std::string(key));
  return told;
}

std::unexpected<Fault> write_fault(const Call& call, std::string_view kind, std::string_view id,
                                   const base::Error& error) {
  switch (error.code) {
    case base::Code::NotFound:
      return not_found(call, kind, id);
    case base::Code::Conflict:
      return conflict(call, kind, error.message);
    default:
      return fault(error);
  }
}

std::expected<identity::User, Fault> own_user(const Dependencies& with, const Call& call,
                                              std::string_view id) {
  return own(call, with.directory.find_user(UserId(id)), "user", id);
}

std::expected<identity::Group, Fault> own_group(const Dependencies& with, const Call& call,
                                                std::string_view id) {
  return own(call, with.directory.find_group(GroupId(id)), "group", id);
}

std::expected<identity::Project, Fault> own_project(const Dependencies& with, const Call& call,
                                                    std::string_view id) {
  return own(call, with.directory.find_project(ProjectId(id)), "project", id);
}

std::expected<identity::Agency, Fault> own_agency(const Dependencies& with, const Call& call,
                                                  std::string_view id) {
  return own(call, with.directory.find_agency(AgencyId(id)), "agency", id);
}

std::expected<identity::Role, Fault> own_role(const Dependencies& with, const Call& call,
                                              std::string_view id) {
  return own(call, with.directory.find_role(RoleId(id)), "role", id);
}

std::expected<identity::Role, Fault> usable_role(const Dependencies& with, const Call& call,
                                                 std::string_view id) {
  auto role = with.directory.find_role(RoleId(id));
  if (role && role->account.empty()) return std::move(*role);
  return own(call, std::move(role), "role", id);
}

std::expected<void, Fault> check_account(const Call& call,
                                         std::optional<std::string_view> domain_id) {
  if (!domain_id || domain_id->empty() || *domain_id == call.principal->account.value) return {};
  auto refused = forbidden({});
  refused.error().refusal = identity::Refusal{identity::Cause::PermissionNotGranted, {}};
  refused.error()
      .refusal->with("named_account", std::string(*domain_id))
      .with("account", call.principal->account.value);
  return refused;
}

std::expected<void, Fault> check_not_anothers_root(const Call& call, const identity::User& user) {
  const auto& caller = *call.principal;
  if (!user.root || (caller.kind == identity::Principal::Kind::User && caller.id == user.id.value))
    return {};
  auto refused = forbidden("The account administrator can only be changed by itself.");
  refused.error().refusal = identity::Refusal{identity::Cause::PermissionNotGranted, {}};
  refused.error().refusal->with("only_for", user.id.value);
  return refused;
}

std::optional<std::string> text_of(const base::json::value& object, std::string_view key) {
  const auto text = base::find_string(object, key);
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

bool is_text_of(std::string_view text, std::size_t least, std::size_t most) {
  std::size_t characters = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return false;
    if ((byte & 0xc0) != 0x80) ++characters;  // not a continuation of UTF-8
  }
  return characters >= least && characters <= most;
}

std::expected<Page, Fault> page_of(const Call& call, std::size_t most) {
  const auto page = call.query("page");
  const auto per_page = call.query("per_page");
  if (!page && !per_page) return Page{};
  if (!page) return invalid_field(call, "page", "");
  if (!per_page) return invalid_field(call, "per_page", "");
  const auto at = number(*page);
  const auto count = number(*per_page);
  if (!at || *at < 1 || *at > 1'000'000'000) return invalid_field(call, "page", *page);
  if (!count || *count < 1 || *count > most) return invalid_field(call, "per_page", *per_page);
  return Page{(*at - 1) * *count, *count};
}

}  // namespace jianmen::services::iam
