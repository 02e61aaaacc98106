#include "services/iam/detail/limits.hpp"
#include "services/iam/detail/test_front.hpp"

namespace jianmen::services::iam {
namespace {

class Groups : public Front {
 protected:
  identity::Group group = must(directory.create_group(account.id, "ops", "operators"));
  identity::User user = new_user("alice");
  std::string at = "/v3/groups/" + group.id.value;
  std::string member = at + "/users/" + user.id.value;
};

TEST_F(Groups, AreCreatedShownChangedAndDeleted) {
  const auto created =
      ask(root_token, "POST", "/v3/groups", R"({"group":{"name":"dev","description":"d"}})");
  ASSERT_EQ(created.status, 201) << created.text;
  EXPECT_EQ(created.string("group.domain_id"), account.id.value);
  EXPECT_TRUE(created.at("group.create_time").is_int64());
  const auto path = "/v3/groups/" + created.string("group.id");
  EXPECT_EQ(created.string("group.links.self"), "http://127.0.0.1:8080" + path);
  EXPECT_EQ(ask(root_token, "GET", path).string("group.name"), "dev");
  const auto updated = ask(root_token, "PATCH", path, R"({"group":{"description":"new"}})");
  EXPECT_EQ(updated.status, 200);
  EXPECT_EQ(updated.string("group.name"), "dev");
  EXPECT_EQ(updated.string("group.description"), "new");
  EXPECT_EQ(status(root_token, "DELETE", path), 204);
  EXPECT_EQ(ask(root_token, "GET", path).text.find("Could not find group: ") != std::string::npos,
            true);
}

TEST_F(Groups, AreListedByName) {
  EXPECT_EQ(ask(root_token, "GET", "/v3/groups").size("groups"), 2u);
  const auto found = ask(root_token, "GET", "/v3/groups?name=ops&domain_id=" + account.id.value);
  EXPECT_EQ(found.size("groups"), 1u);
  EXPECT_EQ(found.string("groups.0.id"), group.id.value);
  EXPECT_TRUE(found.at("links.next").is_null());
  EXPECT_EQ(ask(root_token, "GET", "/v3/groups?name=op").size("groups"), 0u);
}

TEST_F(Groups, RefuseBadInput) {
  const struct {
    std::string_view method, path, body;
    int status;
  } rows[] = {
      {"POST", "/v3/groups", R"({"group":{"name":"ops"}})", 409},
      {"POST", "/v3/groups", R"({"group":{"name":""}})", 400},
      {"POST", "/v3/groups", R"({"group":{}})", 400},
      {"POST", "/v3/groups", R"({"group":{"name":7}})", 400},
      {"POST", "/v3/groups", R"({"group":{"name":"a\nb"}})", 400},
      {"POST", "/v3/groups", R"({"group":{"name":"x","domain_id":"somebody"}})", 403},
      {"POST", "/v3/groups", R"([])", 400},
      {"POST", "/v3/groups", "{", 400},
      {"GET", "/v3/groups?domain_id=somebody", "", 403},
      {"GET", "/v3/groups/nobody", "", 404},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(status(root_token, row.method, row.path, row.body), row.status)
        << row.method << ' ' << row.body;
  }
  const auto longest = R"({"group":{"name":")" + std::string(64, 'n') + "\"}}";
  const auto longer = R"({"group":{"name":")" + std::string(65, 'n') + "\"}}";
  EXPECT_EQ(status(root_token, "POST", "/v3/groups", longest), 201);
  EXPECT_EQ(status(root_token, "POST", "/v3/groups", longer), 400);
}

TEST_F(Groups, TakeAndLoseMembers) {
  EXPECT_EQ(status(root_token, "HEAD", member), 404);
  EXPECT_EQ(status(root_token, "PUT", member), 204);
  EXPECT_EQ(status(root_token, "PUT", member), 204) << "twice is once";
  EXPECT_EQ(status(root_token, "HEAD", member), 204);
  EXPECT_EQ(ask(root_token, "GET", at + "/users").string("users.0.name"), "alice");
  EXPECT_EQ(
      ask(root_token, "GET", "/v3/users/" + user.id.value + "/groups").string("groups.0.name"),
      "ops");
  EXPECT_EQ(status(root_token, "DELETE", member), 204);
  EXPECT_EQ(status(root_token, "DELETE", member), 404);
  EXPECT_EQ(ask(root_token, "GET", at + "/users").size("users"), 0u);
}

TEST_F(Groups, TakeAUserIntoTenAtMost) {
  for (int i = 0; i < 10; ++i) {
    must(directory.add_member(
        must(directory.create_group(account.id, "g" + std::to_string(i), "")).id, user.id));
  }
  EXPECT_EQ(status(root_token, "PUT", member), 403);
  EXPECT_FALSE(directory.is_member(group.id, user.id));
}

TEST_F(Groups, KeepTheRootUserInAdmin) {
  const auto path = "/v3/groups/" + admin.id.value;
  EXPECT_EQ(status(root_token, "DELETE", path + "/users/" + root.id.value), 403);
  EXPECT_EQ(status(root_token, "DELETE", path), 403);
  EXPECT_EQ(status(root_token, "PATCH", path, R"({"group":{"name":"x"}})"), 403);
  EXPECT_TRUE(directory.is_member(admin.id, root.id));
}

TEST_F(Groups, TakeEffectOnATokenAtOnceWhenAMemberLeaves) {
  must(directory.add_member(admin.id, user.id));
  const auto token = domain_token(user);
  EXPECT_EQ(status(token, "GET", "/v3/groups"), 200);
  EXPECT_EQ(
      status(root_token, "DELETE", "/v3/groups/" + admin.id.value + "/users/" + user.id.value),
      204);
  EXPECT_EQ(status(token, "GET", "/v3/groups"), 401);
}

TEST_F(Groups, OfAnotherAccountAreNotThere) {
  const auto stranger = new_user("stranger", other);
  const struct {
    std::string_view method;
    std::string path, body;
  } rows[] = {
      {"GET", at, ""},
      {"PATCH", at, R"({"group":{"name":"taken"}})"},
      {"DELETE", at, ""},
      {"GET", at + "/users", ""},
      {"PUT", at + "/users/" + other_root.id.value, ""},
      {"PUT", member, ""},
      {"HEAD", member, ""},
      {"DELETE", member, ""},
      {"GET", "/v3/users/" + user.id.value + "/groups", ""},
  };
  for (const auto& row : rows)
    EXPECT_EQ(status(other_token, row.method, row.path, row.body), 404) << row.path;
  EXPECT_EQ(status(root_token, "PUT", at + "/users/" + stranger.id.value), 404);
  EXPECT_EQ(directory.find_group(group.id)->name, "ops");
  EXPECT_TRUE(directory.list_members(group.id).empty());
}

TEST_F(Groups, NeedTheActionAndShowOnesOwn) {
  const auto reader = domain_token(new_user_with_action("reader", "iam:groups:listGroups"));
  EXPECT_EQ(status(reader, "GET", "/v3/groups"), 200);
  EXPECT_EQ(status(reader, "GET", at), 403);
  EXPECT_EQ(status(reader, "POST", "/v3/groups", R"({"group":{"name":"x"}})"), 403);
  EXPECT_EQ(status(reader, "PUT", member), 403);
  const auto plain = domain_token(user);
  EXPECT_EQ(status(plain, "GET", "/v3/users/" + user.id.value + "/groups"), 200);
  EXPECT_EQ(status(plain, "GET", "/v3/users/" + root.id.value + "/groups"), 403);
  EXPECT_EQ(status("", "GET", "/v3/groups"), 401);
}

TEST_F(Groups, AreNotManagedFromAProjectByAGrantOnTheDomain) {
  const auto manager = new_user_with_action("manager", "iam:groups:*");
  EXPECT_EQ(status(domain_token(manager), "GET", at), 200);
  EXPECT_EQ(status(project_token(manager, project), "GET", at), 403);
}

TEST_F(Groups, AreLimitedInNumber) {
  for (auto i = directory.list_groups(account.id).size(); i < kMaxGroups; ++i) {
    must(directory.create_group(account.id, "n" + std::to_string(i), ""));
  }
  const auto refused = ask(root_token, "POST", "/v3/groups", R"({"group":{"name":"more"}})");
  EXPECT_EQ(refused.status, 403) << refused.text;
  EXPECT_EQ(refused.record.refusal->cause, identity::Cause::LimitQuota);
}

}  // namespace
}  // namespace jianmen::services::iam
