#include <algorithm>
#include <array>

#include "base/time_text.hpp"
#include "directory/detail/fixture_plan.hpp"
#include "directory/detail/fixture_row.hpp"
#include "policy/document.hpp"

namespace jianmen::directory::detail {

namespace {

using base::json::value;

constexpr std::array<std::pair<std::string_view, RoleType>, 4> kRoleTypes = {
    {{"AX", RoleType::Domain},
     {"XA", RoleType::Project},
     {"AA", RoleType::Both},
     {"XX", RoleType::None}}};
constexpr std::array<std::pair<std::string_view, AccessMode>, 3> kAccessModes = {
    {{"default", AccessMode::Default},
     {"programmatic", AccessMode::Programmatic},
     {"console", AccessMode::Console}}};

// A text out of a table; a mistake names the choices.
template <class E, std::size_t N>
E choose(FixtureRow& row, std::string_view key,
         const std::array<std::pair<std::string_view, E>, N>& table, E otherwise) {
  if (!row.has(key)) return otherwise;
  const auto text = row.text(key);
  std::string choices;
  for (const auto& [name, item] : table) {
    if (name == text) return item;
    choices += (choices.empty() ? "" : ", ") + std::string(name);
  }
  row.mistake(key, "must be one of " + choices);
  return otherwise;
}

class Reading {
 public:
  Reading(const Directory* directory, std::vector<FixtureMistake>& mistakes)
      : directory_(directory), mistakes_(mistakes) {}

  FixturePlan read(const value& fixture) {
    FixtureRow document(fixture, "", mistakes_);
    each(document, "accounts", [&](FixtureRow& row) { read_account(row); });
    each(document, "projects", [&](FixtureRow& row) { read_project(row); });
    each(document, "groups", [&](FixtureRow& row) { read_group(row); });
    each(document, "policies", [&](FixtureRow& row) { read_policy(row); });
    each(document, "users", [&](FixtureRow& row) { read_user(row); });
    each(document, "keys",
         [&](FixtureRow& row) { read_key(row, account(row), row.required_text("user")); });
    each(document, "agencies", [&](FixtureRow& row) { read_agency(row); });
    each(document, "grants", [&](FixtureRow& row) { read_grant(row); });
    for (const std::string_view key : {"servers", "tags"}) {
      if (const auto* services = document.any(key)) plan_.services[key] = *services;
    }
    document.refuse_unknown();
    return std::move(plan_);
  }

 private:
  template <class F>
  void each(FixtureRow& parent, std::string_view key, F read_row) {
    for (auto& [path, item] : parent.list(key)) {
      FixtureRow row(*item, path, mistakes_);
      if (!item->is_object()) continue;
      read_row(row);
      row.refuse_unknown();
    }
  }

  // The name of the account that a row belongs to.
  std::string account(FixtureRow& row) {
    const auto ref = row.text("account");
    if (ref.empty()) {
      if (plan_.accounts.size() == 1) return plan_.accounts.front().name;
      row.mistake("", "needs \"account\"");
      return {};
    }
    for (const auto& known : plan_.accounts) {
      if (known.name == ref || (known.id && known.id->value == ref)) return known.name;
    }
    if (directory_ != nullptr) {
      auto found = directory_->find_account_by_name(ref);
      if (!found) found = directory_->find_account(AccountId(ref));
      if (found) return found->name;
    }
    row.mistake("account", "no account \"" + ref + '"');
    return {};
  }

  void read_account(FixtureRow& row) {
    plan_.accounts.push_back({row.path(), row.required_text("name"), row.id<AccountId>("id"),
                              row.flag("enabled", true)});
  }

  void read_project(FixtureRow& row) {
    ProjectRow out;
    out.path = row.path();
    out.account = account(row);
    out.name = row.required_text("name");
    out.region = out.name.substr(0, out.name.find('_'));  // no region's id has a '_'
    out.id = row.id<ProjectId>("id");
    out.description = row.text("description");
    out.enabled = row.flag("enabled", true);
    plan_.projects.push_back(std::move(out));
  }

  void read_group(FixtureRow& row) {
    plan_.groups.push_back({row.path(), account(row), row.required_text("name"),
                            row.id<GroupId>("id"), row.text("description")});
  }

  void read_policy(FixtureRow& row) {
    PolicyRow out;
    out.path = row.path();
    out.account = account(row);
    Role& role = out.role;
    role.display_name = row.required_text("name");
    role.id = row.id<RoleId>("id").value_or(RoleId());
    role.type = choose(row, "type", kRoleTypes, RoleType::Both);
    role.catalog = "CUSTOMED";
    role.description = row.text("description");
    role.description_cn = row.text("description_cn");
    role.policy = read_document(row);
    plan_.policies.push_back(std::move(out));
  }

  std::string read_document(FixtureRow& row) {
    const auto* document = row.any("policy");
    if (document == nullptr) {
      row.mistake("", "needs \"policy\"");
      return {};
    }
    const std::string text = document->is_string()
                                 ? std::string(std::string_view(document->get_string()))
                                 : base::to_text(*document);
    if (const auto parsed = policy::parse_document(text); !parsed)
      row.mistake("policy", parsed.error().message);
    return text;
  }

  void read_user(FixtureRow& row) {
    UserRow out;
    out.path = row.path();
    out.account = account(row);
    NewUser& user = out.user;
    user.name = row.required_text("name");
    user.id = row.id<UserId>("id");
    user.root = row.flag("root", !out.account.empty() && user.name == out.account);
    if (user.root != (user.name == out.account)) {
      row.mistake("root", "the root user, and no other, has the name of its account");
    }
    user.enabled = row.flag("enabled", true);
    if (user.root && !user.enabled) row.mistake("enabled", "the root user cannot be disabled");
    user.password_hash = row.text("password_hash");
    out.password = base::Secret(row.text("password"));
    if (!user.password_hash.empty() && !out.password.empty()) {
      row.mistake("password_hash", "give a password or its hash, not both");
    }
    user.password_strength = row.text("password_strength");
    user.must_change_password = row.flag("must_change_password", false);
    user.description = row.text("description");
    user.email = row.text("email");
    user.areacode = row.text("areacode");
    user.phone = row.text("phone");
    user.xuser_id = row.text("xuser_id");
    user.xuser_type = row.text("xuser_type");
    user.access_mode = choose(row, "access_mode", kAccessModes, AccessMode::Default);
    for (const auto& [path, item] : row.list("groups")) {
      if (item->is_string()) {
        out.groups.emplace_back(path, std::string(std::string_view(item->get_string())));
      } else {
        mistakes_.push_back({path, "must be the name or the id of a group"});
      }
    }
    each(row, "keys", [&](FixtureRow& key) { read_key(key, out.account, user.name); });
    plan_.users.push_back(std::move(out));
  }

  void read_key(FixtureRow& row, std::string account, std::string user) {
    KeyRow out;
    out.path = row.path();
    out.account = std::move(account);
    out.user = std::move(user);
    if (row.required_text("ak").empty()) return;
    out.id = row.id<AccessKeyId>("ak").value_or(AccessKeyId());
    out.secret = base::Secret(row.text("sk"));
    out.sealed = row.text("sealed");
    if (out.secret.empty() == out.sealed.empty())
      row.mistake("", "needs \"sk\", or \"sealed\" from an export");
    out.active = row.flag("active", true);
    out.description = row.text("description");
    plan_.keys.push_back(std::move(out));
  }

  void read_agency(FixtureRow& row) {
    AgencyRow out;
    out.path = row.path();
    out.account = account(row);
    Agency& agency = out.agency;
    agency.name = row.required_text("name");
    agency.id = row.id<AgencyId>("id").value_or(AgencyId());
    agency.description = row.text("description");
    agency.trusted_account_name = row.required_text("trusted_account");
    agency.duration_hours = row.number("duration_hours");
    if (const auto text = row.text("expires"); !text.empty()) {
      agency.expires = base::parse_iso(text);
      if (!agency.expires) row.mistake("expires", "must be a time such as 2026-06-01T12:00:00Z");
    }
    plan_.agencies.push_back(std::move(out));
  }

  void read_grant(FixtureRow& row) {
    GrantRow out;
    out.path = row.path();
    out.account = account(row);
    const auto group = row.text("group"), agency = row.text("agency");
    if (group.empty() == agency.empty()) row.mistake("", "needs \"group\" or \"agency\"");
    out.holder = agency.empty() ? Grant::Holder::Group : Grant::Holder::Agency;
    out.holder_ref = agency.empty() ? group : agency;
    out.role_ref = row.required_text("role");
    out.project_ref = row.text("project");
    const auto scope = row.text("scope");
    if (out.project_ref.empty() == scope.empty()) {
      row.mistake("", R"(needs "project", or "scope": "domain" or "all")");
    } else if (!out.project_ref.empty()) {
      out.scope = GrantScope::Project;
    } else if (scope == "domain" || scope == "all") {
      out.scope = scope == "all" ? GrantScope::Inherited : GrantScope::Domain;
    } else {
      row.mistake("scope", R"(must be "domain" or "all")");
    }
    plan_.grants.push_back(std::move(out));
  }

  const Directory* directory_;
  std::vector<FixtureMistake>& mistakes_;
  FixturePlan plan_;
};

}  // namespace

FixturePlan read_fixture(const value& fixture, const Directory* directory,
                         std::vector<FixtureMistake>& mistakes) {
  return Reading(directory, mistakes).read(fixture);
}

std::string_view to_text(RoleType type) {
  const auto* at =
      std::ranges::find(kRoleTypes, type, &std::pair<std::string_view, RoleType>::second);
  return at == kRoleTypes.end() ? "XX" : at->first;
}

std::string_view to_text(AccessMode mode) {
  const auto* at =
      std::ranges::find(kAccessModes, mode, &std::pair<std::string_view, AccessMode>::second);
  return at == kAccessModes.end() ? "default" : at->first;
}

}  // namespace jianmen::directory::detail
