// An account's security settings and quotas, as far as this release keeps them: reads answer what
// is in force (the defaults, and the rules that tokens and passwords really follow); writes are not
// answered.

#include "services/iam/detail/limits.hpp"
#include "services/iam/detail/own.hpp"
#include "services/iam/detail/parts.hpp"

namespace jianmen::services::iam {

namespace json = base::json;

namespace {

constexpr std::string_view kPasswordRegex =
    R"(^(?![A-Z]*$)(?![a-z]*$)(?![\d]*$)(?![^\W]*$)\S{8,32}$)";
constexpr std::string_view kPasswordRules =
    "The password must contain at least two of the following character types: uppercase letters, "
    "lowercase letters, "
    "digits, and special characters, and be a length between 8 and 32.";

std::int64_t minutes_of(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::minutes>(duration).count();
}

Outcome show_password_policy(const Dependencies&, const Call&) {
  return Reply(
      json::object{{"password_policy", json::object{{"maximum_consecutive_identical_chars", 0},
                                                    {"maximum_password_length", 32},
                                                    {"minimum_password_age", 0},
                                                    {"minimum_password_length", 8},
                                                    {"number_of_recent_passwords_disallowed", 0},
                                                    {"password_not_username_or_invert", true},
                                                    {"password_requirements", kPasswordRules},
                                                    {"password_validity_period", 0},
                                                    {"password_char_combination", 2},
                                                    {"allow_user_change_password", true}}}});
}

Outcome show_login_policy(const Dependencies& with, const Call&) {
  return Reply(json::object{
      {"login_policy",
       json::object{{"account_validity_period", 0},
                    {"custom_info_for_login", ""},
                    {"lockout_duration", minutes_of(with.settings.login_lock_time)},
                    {"login_failed_times", with.settings.login_failures_to_lock},
                    {"period_with_login_failures", minutes_of(with.settings.login_lock_time)},
                    {"session_timeout", 60},
                    {"show_recent_login_info", false}}}});
}

Outcome show_protect_policy(const Dependencies&, const Call&) {
  return Reply(json::object{
      {"protect_policy", json::object{{"operation_protection", false},
                                      {"allow_user", json::object{{"manage_accesskey", true},
                                                                  {"manage_email", true},
                                                                  {"manage_mobile", true},
                                                                  {"manage_password", true}}},
                                      {"mobile", ""},
                                      {"admin_check", "off"},
                                      {"email", ""},
                                      {"scene", ""}}}});
}

json::object open_acl() {
  return {{"allow_ip_ranges",
           json::array{json::object{{"ip_range", "0.0.0.0-255.255.255.255"}, {"description", ""}}}},
          {"allow_address_netmasks", json::array{}},
          {"allow_ip_ranges_ipv6", json::array{}},
          {"allow_address_netmasks_ipv6", json::array{}}};
}

Outcome show_api_acl(const Dependencies&, const Call&) {
  return Reply(json::object{{"api_acl_policy", open_acl()}});
}

Outcome show_console_acl(const Dependencies&, const Call&) {
  return Reply(json::object{{"console_acl_policy", open_acl()}});
}

Outcome show_compliance(const Dependencies&, const Call&) {
  return Reply(json::object{
      {"config", json::object{{"security_compliance",
                               json::object{{"password_regex", kPasswordRegex},
                                            {"password_regex_description", kPasswordRules}}}}}});
}

Outcome show_compliance_option(const Dependencies&, const Call& call) {
  const auto option = call.path("option");
  if (option == "password_regex")
    return Reply(json::object{{"config", json::object{{option, kPasswordRegex}}}});
  if (option == "password_regex_description") {
    return Reply(json::object{{"config", json::object{{option, kPasswordRules}}}});
  }
  return not_found(call, "option", option);
}

json::object quota(std::string_view type, std::size_t most, std::size_t used) {
  return {{"max", most}, {"min", 0}, {"quota", most}, {"type", type}, {"used", used}};
}

Outcome show_account_quota(const Dependencies& with, const Call& call) {
  const auto& account = call.principal->account;
  const json::array all{
      quota("user", kMaxUsers, with.directory.list_users(account).size()),
      quota("group", kMaxGroups, with.directory.list_groups(account).size()),
      quota("agency", kMaxAgencies, with.directory.list_agencies(account).size()),
      quota("policy", kMaxCustomPolicies, with.directory.list_roles(account).size())};
  json::array wanted;
  for (const auto& item : all) {
    const auto type = call.query("type");
    if (!type || base::find_string(item, "type") == *type) wanted.push_back(item);
  }
  return Reply(json::object{{"quotas", json::object{{"resources", std::move(wanted)}}}});
}

Outcome show_project_quota(const Dependencies& with, const Call& call) {
  const auto project = own_project(with, call, call.path("project_id"));
  if (!project) return std::unexpected(project.error());
  std::size_t used = 0;
  for (const auto& other : with.directory.list_projects(project->account))
    used += other.parent == project->id;
  return Reply(json::object{
      {"quotas", json::object{{"resources", json::array{quota("project", 50, used)}}}}});
}

}  // namespace

void add_settings(Functions& functions, const Dependencies& with) {
  add(functions, with, "ShowDomainPasswordPolicy", Runs::OnLoop, show_password_policy);
  add(functions, with, "ShowDomainLoginPolicy", Runs::OnLoop, show_login_policy);
  add(functions, with, "ShowDomainProtectPolicy", Runs::OnLoop, show_protect_policy);
  add(functions, with, "ShowDomainApiAclPolicy", Runs::OnLoop, show_api_acl);
  add(functions, with, "ShowDomainConsoleAclPolicy", Runs::OnLoop, show_console_acl);
  add(functions, with, "KeystoneShowSecurityCompliance", Runs::OnLoop, show_compliance);
  add(functions, with, "KeystoneShowSecurityComplianceByOption", Runs::OnLoop,
      show_compliance_option);
  add(functions, with, "ShowDomainQuota", Runs::OnLoop, show_account_quota);
  add(functions, with, "ShowProjectQuota", Runs::OnLoop, show_project_quota);
}

}  // namespace jianmen::services::iam
