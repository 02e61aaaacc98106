// /v3/roles (system roles and policies, and the account's own) and /v3.0/OS-ROLE/roles (the
// account's own policies).

#include <algorithm>

#include "base/encoding.hpp"
#include "policy/validate.hpp"
#include "services/iam/detail/entity_json.hpp"
#include "services/iam/detail/known_actions.hpp"
#include "services/iam/detail/limits.hpp"
#include "services/iam/detail/own.hpp"

namespace jianmen::services::iam {

namespace json = base::json;
using identity::Role;
using identity::RoleType;

namespace {

constexpr std::size_t kMaxPerPage = 300;

bool has_type(const Role& role, std::string_view type) {
  if (type == "domain") return role.type == RoleType::Domain || role.type == RoleType::Both;
  if (type == "project") return role.type == RoleType::Project || role.type == RoleType::Both;
  return role.type != RoleType::None;
}

// A policy (fine-grained, the system's or an account's own) or a role of the older kind.
bool is_policy(const Role& role) { return !role.flag.empty() || !role.account.empty(); }

// The filters of GET /v3/roles.
class RoleFilter {
 public:
  static std::expected<RoleFilter, Fault> create(const Call& call) {
    RoleFilter filter(call);
    if (filter.type_ && *filter.type_ != "domain" && *filter.type_ != "project" &&
        *filter.type_ != "all") {
      return invalid_field(call, "type", *filter.type_);
    }
    if (filter.kind_ && *filter.kind_ != "policy" && *filter.kind_ != "role") {
      return invalid_field(call, "permission_type", *filter.kind_);
    }
    return filter;
  }

  bool holds(const Role& role) const {
    if (name_ && role.name != *name_) return false;
    if (catalog_ && role.catalog != *catalog_) return false;
    if (display_name_ && role.display_name.find(*display_name_) == std::string::npos) return false;
    if (type_ && !has_type(role, *type_)) return false;
    return !kind_ || is_policy(role) == (*kind_ == "policy");
  }

 private:
  explicit RoleFilter(const Call& call)
      : name_(call.query("name")),
        display_name_(call.query("display_name")),
        catalog_(call.query("catalog")),
        type_(call.query("type")),
        kind_(call.query("permission_type")) {}

  std::optional<std::string_view> name_, display_name_, catalog_, type_, kind_;
};

json::object page_of_roles(const Call& call, const std::vector<Role>& roles, const Page& page,
                           std::string_view path) {
  json::array items;
  for (std::size_t at = page.first; at < roles.size() && page.holds(at); ++at) {
    items.emplace_back(role_json(call, roles[at], LinkForm::Full));
  }
  return {{"roles", std::move(items)},
          {"links", links_to(call, path, LinkForm::Full)},
          {"total_number", roles.size()}};
}

Outcome list_permissions(const Dependencies& with, const Call& call) {
  const auto domain = call.query("domain_id");
  if (auto own = check_account(call, domain); !own) return std::unexpected(own.error());
  auto filter = RoleFilter::create(call);
  if (!filter) return std::unexpected(std::move(filter.error()));
  auto page = page_of(call, kMaxPerPage);
  if (!page) return std::unexpected(std::move(page.error()));
  // With domain_id the account's own policies, without it the system's.
  auto roles = domain && !domain->empty() ? with.directory.list_roles(call.principal->account)
                                          : with.catalog.system_roles();
  std::erase_if(roles, [&](const Role& role) { return !filter->holds(role); });
  return Reply(page_of_roles(call, roles, *page, "/v3/roles"));
}

Outcome show_permission(const Dependencies& with, const Call& call) {
  auto role = usable_role(with, call, call.path("role_id"));
  if (!role) return std::unexpected(std::move(role.error()));
  return Reply(json::object{{"role", role_json(call, *role, LinkForm::Full)}});
}

Outcome list_policies(const Dependencies& with, const Call& call) {
  auto page = page_of(call, kMaxPerPage);
  if (!page) return std::unexpected(std::move(page.error()));
  return Reply(
      page_of_roles(call, with.directory.list_roles(call.principal->account), *page, "/v3/roles"));
}

Outcome show_policy(const Dependencies& with, const Call& call) {
  auto role = own_role(with, call, call.path("role_id"));
  if (!role) return std::unexpected(std::move(role.error()));
  const auto grants = with.directory.list_grants(role->account);
  json::object shown = role_json(call, *role, LinkForm::Self);
  shown["references"] =
      std::ranges::count_if(grants, [&](const auto& grant) { return grant.role == role->id; });
  return Reply(json::object{{"role", std::move(shown)}});
}

Outcome delete_policy(const Dependencies& with, const Call& call) {
  auto role = own_role(with, call, call.path("role_id"));
  if (!role) return std::unexpected(std::move(role.error()));
  auto deleted = with.directory.delete_role(role->id);
  if (!deleted) return write_fault(call, "role", role->id.value, deleted.error());
  return Reply(json::object{{"message", "Delete success"}});
}

// The policy that a body describes, laid over `role`; the body was checked.
void read_policy(Role& role, const json::value& given) {
  role.display_name = base::string_or(given, "display_name", "");
  role.type = base::string_or(given, "type", "") == "XA" ? RoleType::Project : RoleType::Domain;
  role.catalog = "CUSTOMED";
  role.description = base::string_or(given, "description", role.description);
  role.description_cn = base::string_or(given, "description_cn", role.description_cn);
  role.policy = base::to_text(given.at("policy"));
}

std::expected<void, Fault> check_policy(const Call& call, const KnownActions& actions) {
  const auto violation = policy::check_custom_policy(
      call.body, [&](std::string_view action) { return actions.may_name(action); });
  if (violation) return fault(FaultKind::Parameter, violation->code, violation->message);
  return {};
}

Outcome create_policy(const Dependencies& with, const Call& call, const KnownActions& actions) {
  if (auto fine = check_policy(call, actions); !fine) return std::unexpected(fine.error());
  const auto& account = call.principal->account;
  if (with.directory.list_roles(account).size() >= kMaxCustomPolicies) {
    return fault(FaultKind::Quota, {},
                 "The number of custom policies has reached the maximum allowed limit.");
  }
  Role role;
  read_policy(role, call.body.at("role"));
  auto created = with.directory.create_role(account, role);
  if (!created) return write_fault(call, "role", role.display_name, created.error());
  return Reply(json::object{{"role", role_json(call, *created, LinkForm::Self)}});
}

Outcome update_policy(const Dependencies& with, const Call& call, const KnownActions& actions) {
  auto role = own_role(with, call, call.path("role_id"));
  if (!role) return std::unexpected(std::move(role.error()));
  if (auto fine = check_policy(call, actions); !fine) return std::unexpected(fine.error());
  read_policy(*role, call.body.at("role"));
  auto updated = with.directory.update_role(role->id, *role);
  if (!updated) return write_fault(call, "role", role->id.value, updated.error());
  return Reply(json::object{{"role", role_json(call, *updated, LinkForm::Self)}});
}

}  // namespace

void add_roles(Functions& functions, const Dependencies& with) {
  add(functions, with, "KeystoneListPermissions", Runs::OnLoop, list_permissions);
  add(functions, with, "KeystoneShowPermission", Runs::OnLoop, show_permission);
  add(functions, with, "ListCustomPolicies", Runs::OnLoop, list_policies);
  add(functions, with, "ShowCustomPolicy", Runs::OnLoop, show_policy);
  add(functions, with, "DeleteCustomPolicy", Runs::OnPool, delete_policy);
  const auto actions = std::make_shared<const KnownActions>(with.catalog);
  functions.push_back({"CreateCustomPolicy", Runs::OnPool, [with, actions](const Call& call) {
                         return create_policy(with, call, *actions);
                       }});
  functions.push_back({"UpdateCustomPolicy", Runs::OnPool, [with, actions](const Call& call) {
                         return update_policy(with, call, *actions);
                       }});
}

}  // namespace jianmen::services::iam
