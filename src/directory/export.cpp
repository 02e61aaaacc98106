#include "base/time_text.hpp"
#include "directory/detail/fixture_plan.hpp"
#include "directory/fixture.hpp"

namespace jianmen::directory {

namespace {

using base::json::array;
using base::json::object;
using base::json::value;

void put_text(object& out, std::string_view key, std::string_view text) {
  if (!text.empty()) out[key] = text;
}

class Exporting {
 public:
  Exporting(const Directory& directory, bool with_secrets)
      : directory_(directory), with_secrets_(with_secrets) {}

  object write() {
    for (const auto& account : directory_.list_accounts()) write_account(account);
    object out;
    out["accounts"] = std::move(accounts_);
    out["projects"] = std::move(projects_);
    out["groups"] = std::move(groups_);
    out["policies"] = std::move(policies_);
    out["users"] = std::move(users_);
    out["agencies"] = std::move(agencies_);
    out["grants"] = std::move(grants_);
    return out;
  }

 private:
  void write_account(const Account& account) {
    object row{{"name", account.name}, {"id", account.id.value}};
    if (!account.enabled) row["enabled"] = false;
    accounts_.push_back(std::move(row));
    for (const auto& project : directory_.list_projects(account.id))
      projects_.push_back(row_of(account, project));
    for (const auto& group : directory_.list_groups(account.id))
      groups_.push_back(row_of(account, group));
    for (const auto& role : directory_.list_roles(account.id))
      policies_.push_back(row_of(account, role));
    for (const auto& user : directory_.list_users(account.id))
      users_.push_back(row_of(account, user));
    for (const auto& agency : directory_.list_agencies(account.id))
      agencies_.push_back(row_of(account, agency));
    for (const auto& grant : directory_.list_grants(account.id))
      grants_.push_back(row_of(account, grant));
  }

  static object start(const Account& account, std::string_view name, std::string_view id,
                      std::string_view description) {
    object row{{"account", account.name}, {"name", name}, {"id", id}};
    put_text(row, "description", description);
    return row;
  }

  static object row_of(const Account& account, const Project& project) {
    auto row = start(account, project.name, project.id.value, project.description);
    if (!project.enabled) row["enabled"] = false;
    return row;
  }

  static object row_of(const Account& account, const Group& group) {
    return start(account, group.name, group.id.value, group.description);
  }

  static object row_of(const Account& account, const Role& role) {
    auto row = start(account, role.display_name, role.id.value, role.description);
    put_text(row, "description_cn", role.description_cn);
    row["type"] = detail::to_text(role.type);
    row["policy"] = role.policy;  // as text: byte for byte what was given
    return row;
  }

  object row_of(const Account& account, const User& user) const {
    auto row = start(account, user.name, user.id.value, user.description);
    if (user.root) row["root"] = true;
    if (!user.enabled) row["enabled"] = false;
    put_text(row, "password_hash", user.password_hash);
    put_text(row, "password_strength", user.password_strength);
    if (user.must_change_password) row["must_change_password"] = true;
    put_text(row, "email", user.email);
    put_text(row, "areacode", user.areacode);
    put_text(row, "phone", user.phone);
    put_text(row, "xuser_id", user.xuser_id);
    put_text(row, "xuser_type", user.xuser_type);
    if (user.access_mode != AccessMode::Default)
      row["access_mode"] = detail::to_text(user.access_mode);
    array groups, keys;
    for (const auto& group : directory_.list_groups_of(user.id)) groups.emplace_back(group.name);
    for (const auto& key : directory_.list_access_keys(user.id)) keys.push_back(row_of(key));
    row["groups"] = std::move(groups);
    row["keys"] = std::move(keys);
    return row;
  }

  object row_of(const AccessKey& key) const {
    object row{{"ak", key.id.value}};
    // A secret that does not open here cannot be shown; it goes out as it lies there.
    const auto secret =
        with_secrets_ ? directory_.load_secret(key) : base::fail(base::Code::Denied, "");
    if (secret) {
      row["sk"] = secret->reveal();
    } else {
      row["sealed"] = key.sealed_secret;
    }
    if (!key.active) row["active"] = false;
    put_text(row, "description", key.description);
    return row;
  }

  static object row_of(const Account& account, const Agency& agency) {
    auto row = start(account, agency.name, agency.id.value, agency.description);
    row["trusted_account"] = agency.trusted_account_name;
    if (agency.duration_hours) row["duration_hours"] = *agency.duration_hours;
    if (agency.expires) row["expires"] = base::to_iso_micros_bare(*agency.expires) + "Z";
    return row;
  }

  object row_of(const Account& account, const Grant& grant) const {
    object row{{"account", account.name}};
    row[grant.holder == Grant::Holder::Group ? "group" : "agency"] = grant.holder_id;
    row["role"] = grant.role.value;
    if (const auto role = directory_.find_role(grant.role)) row["role"] = role->display_name;
    switch (grant.scope) {
      case GrantScope::Domain:
        row["scope"] = "domain";
        break;
      case GrantScope::Inherited:
        row["scope"] = "all";
        break;
      case GrantScope::Project:
        row["project"] = grant.project.value;
        break;
    }
    return row;
  }

  const Directory& directory_;
  bool with_secrets_;
  array accounts_, projects_, groups_, policies_, users_, agencies_, grants_;
};

}  // namespace

object export_directory(const Directory& directory, bool with_secrets) {
  return Exporting(directory, with_secrets).write();
}

}  // namespace jianmen::directory
