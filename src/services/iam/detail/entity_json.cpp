#include "services/iam/detail/entity_json.hpp"

#include <algorithm>

#include "base/time_text.hpp"

namespace jianmen::services::iam {

namespace json = base::json;

namespace {

std::int64_t epoch_millis(base::Time time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string millis_text(base::Time time) { return std::to_string(epoch_millis(time)); }

// 2020-07-08 02:19:03.0: how OS-USER shows times.
std::string blank_separated(base::Time time) {
  std::string text = base::to_iso_seconds(time);
  std::ranges::replace(text, 'T', ' ');
  text.back() = '.';
  return text + '0';
}

std::string_view access_mode_text(identity::AccessMode mode) {
  switch (mode) {
    case identity::AccessMode::Default:
      return "default";
    case identity::AccessMode::Programmatic:
      return "programmatic";
    case identity::AccessMode::Console:
      return "console";
  }
  return "default";
}

// /v3/users says low, mid, high; OS-USER says Low, Medium, Strong, None.
struct Strength {
  std::string_view stored, keystone, os_user;
};
constexpr Strength kStrengths[] = {
    {"Low", "low", "Low"}, {"Middle", "mid", "Medium"}, {"High", "high", "Strong"}};

json::value keystone_strength(std::string_view stored) {
  for (const auto& row : kStrengths) {
    if (row.stored == stored) return json::value(row.keystone);
  }
  return nullptr;
}

std::string_view os_user_strength(std::string_view stored) {
  for (const auto& row : kStrengths) {
    if (row.stored == stored) return row.os_user;
  }
  return "None";
}

std::string_view type_text(identity::RoleType type) {
  switch (type) {
    case identity::RoleType::Domain:
      return "AX";
    case identity::RoleType::Project:
      return "XA";
    case identity::RoleType::Both:
      return "AA";
    case identity::RoleType::None:
      return "XX";
  }
  return "XX";
}

json::object user_core(const identity::User& user) {
  return {{"id", user.id.value},
          {"name", user.name},
          {"domain_id", user.account.value},
          {"enabled", user.enabled},
          {"description", user.description},
          {"pwd_status", user.must_change_password},
          {"access_mode", access_mode_text(user.access_mode)}};
}

void add_contacts(json::object& object, const identity::User& user) {
  object["email"] = user.email;
  object["areacode"] = user.areacode;
  object["phone"] = user.phone;
  object["xuser_id"] = user.xuser_id;
  object["xuser_type"] = user.xuser_type;
  object["is_domain_owner"] = user.root;
}

}  // namespace

json::object links_to(const Call& call, std::string_view path, LinkForm form) {
  json::object links{{"self", call.base_url() + std::string(path)}};
  if (form == LinkForm::Full) {
    links["previous"] = nullptr;
    links["next"] = nullptr;
  }
  return links;
}

void write_links(base::JsonWriter& json, const Call& call, LinkForm form, std::string_view path,
                 std::string_view id) {
  const std::string_view self[] = {call.secure ? "https://" : "http://", call.host, path, id};
  json.key("links");
  json.begin_object();
  json.key("self");
  json.text(self);
  if (form == LinkForm::Full) {
    json.key("previous");
    json.null();
    json.key("next");
    json.null();
  }
  json.end_object();
}

json::object keystone_user(const Call& call, const identity::User& user, LinkForm form) {
  json::object object = user_core(user);
  object["pwd_strength"] = keystone_strength(user.password_strength);
  object["password_expires_at"] = nullptr;
  object["last_project_id"] = "";
  object["extra"] =
      json::object{{"pwd_status", user.must_change_password}, {"description", user.description}};
  object["links"] = links_to(call, "/v3/users/" + user.id.value, form);
  return object;
}

json::object created_user(const Call& call, const identity::User& user) {
  json::object object = user_core(user);
  add_contacts(object, user);
  object["status"] = user.must_change_password ? 1 : 0;
  object["xdomain_id"] = "";
  object["xdomain_type"] = "";
  object["default_project_id"] = "";
  object["password_expires_at"] = nullptr;
  object["create_time"] = base::to_iso_micros_bare(user.created);
  object["links"] = links_to(call, "/v3/users/" + user.id.value, LinkForm::Self);
  return object;
}

json::object shown_user(const Call& call, const identity::User& user) {
  json::object object = user_core(user);
  add_contacts(object, user);
  const json::value last_login =
      user.last_login ? json::value(blank_separated(*user.last_login)) : json::value();
  object["pwd_strength"] = os_user_strength(user.password_strength);
  object["create_time"] = blank_separated(user.created);
  object["update_time"] = nullptr;
  object["last_login_time"] = last_login;
  object["last_pwd_auth_time"] = last_login;
  object["pwd_create_time"] = nullptr;
  object["modify_pwd_time"] = nullptr;
  object["links"] = links_to(call, "/v3/users/" + user.id.value, LinkForm::Full);
  return object;
}

json::object group_json(const Call& call, const identity::Group& group, LinkForm form) {
  return {{"id", group.id.value},
          {"name", group.name},
          {"description", group.description},
          {"domain_id", group.account.value},
          {"create_time", epoch_millis(group.created)},
          {"links", links_to(call, "/v3/groups/" + group.id.value, form)}};
}

json::object role_json(const Call& call, const identity::Role& role, LinkForm form) {
  auto policy = base::parse_json(role.policy);
  json::object object{{"id", role.id.value},
                      {"name", role.name},
                      {"display_name", role.display_name},
                      {"type", type_text(role.type)},
                      {"catalog", role.catalog},
                      {"description", role.description},
                      {"description_cn", role.description_cn},
                      {"domain_id", nullptr},
                      {"policy", policy ? std::move(*policy) : json::value()},
                      {"links", links_to(call, "/v3/roles/" + role.id.value, form)}};
  if (!role.flag.empty()) object["flag"] = role.flag;
  if (!role.account.empty()) {
    object["domain_id"] = role.account.value;
    object["created_time"] = millis_text(role.created);
    object["updated_time"] = millis_text(role.updated);
  }
  return object;
}

json::object agency_json(const identity::Agency& agency) {
  return {{"id", agency.id.value},
          {"name", agency.name},
          {"description", agency.description},
          {"domain_id", agency.account.value},
          {"trust_domain_id", agency.trusted_account.value},
          {"trust_domain_name", agency.trusted_account_name},
          {"duration", agency.duration_hours ? std::to_string(*agency.duration_hours) : "FOREVER"},
          {"create_time", base::to_iso_micros_bare(agency.created)},
          {"expire_time",
           agency.expires ? json::value(base::to_iso_micros_bare(*agency.expires)) : json::value()},
          {"agency_urn", "iam::" + agency.account.value + ":agency:" + agency.name}};
}

json::object access_key_json(const identity::AccessKey& key) {
  return {{"user_id", key.user.value},
          {"access", key.id.value},
          {"status", key.active ? "active" : "inactive"},
          {"description", key.description},
          {"create_time", base::to_iso_micros(key.created)}};
}

}  // namespace jianmen::services::iam
