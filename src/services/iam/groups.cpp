// /v3/groups and who is in them.

#include "services/iam/detail/entity_json.hpp"
#include "services/iam/detail/limits.hpp"
#include "services/iam/detail/own.hpp"

namespace jianmen::services::iam {

namespace json = base::json;
using identity::Group;

namespace {

constexpr std::size_t kMaxName = 64;

std::expected<void, Fault> check_name(const Call& call, std::string_view name) {
  if (!is_text_of(name, 1, kMaxName)) return invalid_field(call, "name", name);
  return {};
}

json::object list_of(const Call& call, const std::vector<Group>& groups, std::string_view path) {
  json::array items;
  for (const auto& group : groups) items.emplace_back(group_json(call, group, LinkForm::Full));
  return {{"groups", std::move(items)}, {"links", links_to(call, path, LinkForm::Full)}};
}

Reply group_reply(const Call& call, const Group& group, LinkForm form) {
  return json::value(json::object{{"group", group_json(call, group, form)}});
}

Outcome list_groups(const Dependencies& with, const Call& call) {
  if (auto own = check_account(call, call.query("domain_id")); !own)
    return std::unexpected(own.error());
  auto groups = with.directory.list_groups(call.principal->account);
  if (const auto name = call.query("name"); name && !name->empty()) {
    std::erase_if(groups, [&](const Group& group) { return group.name != *name; });
  }
  return Reply(list_of(call, groups, "/v3/groups"));
}

Outcome create_group(const Dependencies& with, const Call& call) {
  const auto& given = call.body.at("group");
  if (auto own = check_account(call, base::find_string(given, "domain_id")); !own) {
    return std::unexpected(own.error());
  }
  const std::string name = base::string_or(given, "name", "");
  if (auto fine = check_name(call, name); !fine) return std::unexpected(fine.error());
  const auto& account = call.principal->account;
  if (with.directory.list_groups(account).size() >= kMaxGroups) {
    return fault(FaultKind::Quota, {},
                 "The number of user groups has reached the maximum allowed limit.");
  }
  auto group =
      with.directory.create_group(account, name, base::string_or(given, "description", ""));
  if (!group) return write_fault(call, "group", name, group.error());
  return group_reply(call, *group, LinkForm::Self);
}

Outcome show_group(const Dependencies& with, const Call& call) {
  auto group = own_group(with, call, call.path("group_id"));
  if (!group) return std::unexpected(std::move(group.error()));
  return group_reply(call, *group, LinkForm::Full);
}

Outcome update_group(const Dependencies& with, const Call& call) {
  auto group = own_group(with, call, call.path("group_id"));
  if (!group) return std::unexpected(std::move(group.error()));
  const auto& given = call.body.at("group");
  if (auto own = check_account(call, base::find_string(given, "domain_id")); !own) {
    return std::unexpected(own.error());
  }
  const auto name = text_of(given, "name");
  if (name) {
    if (auto fine = check_name(call, *name); !fine) return std::unexpected(fine.error());
  }
  auto updated = with.directory.update_group(group->id, name, text_of(given, "description"));
  if (!updated) return write_fault(call, "group", group->id.value, updated.error());
  return group_reply(call, *updated, LinkForm::Self);
}

Outcome delete_group(const Dependencies& with, const Call& call) {
  auto group = own_group(with, call, call.path("group_id"));
  if (!group) return std::unexpected(std::move(group.error()));
  auto deleted = with.directory.delete_group(group->id);
  if (!deleted) return write_fault(call, "group", group->id.value, deleted.error());
  return Reply::empty();
}

struct Membership {
  identity::GroupId group;
  identity::UserId user;
};

std::expected<Membership, Fault> named_membership(const Dependencies& with, const Call& call) {
  auto group = own_group(with, call, call.path("group_id"));
  if (!group) return std::unexpected(std::move(group.error()));
  auto user = own_user(with, call, call.path("user_id"));
  if (!user) return std::unexpected(std::move(user.error()));
  return Membership{group->id, user->id};
}

Outcome add_member(const Dependencies& with, const Call& call) {
  auto named = named_membership(with, call);
  if (!named) return std::unexpected(std::move(named.error()));
  auto added = with.directory.add_member(named->group, named->user);
  if (!added) return write_fault(call, "user", named->user.value, added.error());
  return Reply::empty();
}

Outcome check_member(const Dependencies& with, const Call& call) {
  auto named = named_membership(with, call);
  if (!named) return std::unexpected(std::move(named.error()));
  if (!with.directory.is_member(named->group, named->user))
    return not_found(call, "user", named->user.value);
  return Reply::empty();
}

Outcome remove_member(const Dependencies& with, const Call& call) {
  auto named = named_membership(with, call);
  if (!named) return std::unexpected(std::move(named.error()));
  auto removed = with.directory.remove_member(named->group, named->user);
  if (!removed) return write_fault(call, "user", named->user.value, removed.error());
  return Reply::empty();
}

Outcome list_members(const Dependencies& with, const Call& call) {
  auto group = own_group(with, call, call.path("group_id"));
  if (!group) return std::unexpected(std::move(group.error()));
  json::array users;
  for (const auto& user : with.directory.list_members(group->id)) {
    users.emplace_back(keystone_user(call, user, LinkForm::Full));
  }
  return Reply(json::object{
      {"users", std::move(users)},
      {"links", links_to(call, "/v3/groups/" + group->id.value + "/users", LinkForm::Full)}});
}

Outcome list_groups_of_user(const Dependencies& with, const Call& call) {
  auto user = own_user(with, call, call.path("user_id"));
  if (!user) return std::unexpected(std::move(user.error()));
  return Reply(list_of(call, with.directory.list_groups_of(user->id),
                       "/v3/users/" + user->id.value + "/groups"));
}

}  // namespace

void add_groups(Functions& functions, const Dependencies& with) {
  add(functions, with, "KeystoneListGroups", Runs::OnLoop, list_groups);
  add(functions, with, "KeystoneCreateGroup", Runs::OnPool, create_group);
  add(functions, with, "KeystoneShowGroup", Runs::OnLoop, show_group);
  add(functions, with, "KeystoneUpdateGroup", Runs::OnPool, update_group);
  add(functions, with, "KeystoneDeleteGroup", Runs::OnPool, delete_group);
  add(functions, with, "KeystoneAddUserToGroup", Runs::OnPool, add_member);
  add(functions, with, "KeystoneCheckUserInGroup", Runs::OnLoop, check_member);
  add(functions, with, "KeystoneRemoveUserFromGroup", Runs::OnPool, remove_member);
  add(functions, with, "KeystoneListUsersForGroupByAdmin", Runs::OnLoop, list_members);
  add(functions, with, "KeystoneListGroupsForUser", Runs::OnLoop, list_groups_of_user);
}

}  // namespace jianmen::services::iam
