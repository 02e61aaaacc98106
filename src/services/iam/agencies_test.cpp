#include "services/iam/detail/limits.hpp"
#include "services/iam/detail/test_front.hpp"

namespace jianmen::services::iam {
namespace {

class Agencies : public Front {
 protected:
  static constexpr char kPath[] = "/v3.0/OS-AGENCY/agencies";

  std::string body(std::string_view name, std::string_view more) {
    return R"({"agency":{"name":")" + std::string(name) + R"(","domain_id":")" + account.id.value +
           "\"," + std::string(more) + "}}";
  }
  std::string trust() { return R"("trust_domain_name":")" + other.name + '"'; }
};

TEST_F(Agencies, AreMadeShownChangedAndDeleted) {
  const auto made = ask(root_token, "POST", kPath,
                        body("helpers", trust() + R"(,"description":"d","duration":"20")"));
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.string("agency.trust_domain_id"), other.id.value);
  EXPECT_EQ(made.string("agency.duration"), "480");
  EXPECT_EQ(made.string("agency.create_time"), "2025-11-24T16:00:00.000000");
  EXPECT_EQ(made.string("agency.expire_time"), "2025-12-14T16:00:00.000000");
  const auto path = std::string(kPath) + "/" + made.string("agency.id");
  EXPECT_EQ(ask(root_token, "GET", path).string("agency.trust_domain_name"), "other");
  const auto changed = ask(root_token, "PUT", path, R"({"agency":{"duration":"FOREVER"}})");
  ASSERT_EQ(changed.status, 200) << changed.text;
  EXPECT_EQ(changed.string("agency.duration"), "FOREVER");
  EXPECT_TRUE(changed.at("agency.expire_time").is_null());
  EXPECT_EQ(changed.string("agency.description"), "d");
  EXPECT_EQ(changed.string("agency.trust_domain_id"), other.id.value);
  EXPECT_EQ(status(root_token, "DELETE", path), 204);
  EXPECT_EQ(
      ask(root_token, "GET", path).string("error.message").starts_with("Could not find agency: "),
      true);
}

TEST_F(Agencies, TrustByNameFirstOrById) {
  const struct {
    std::string members;
    int status;
    std::string id, name;
  } rows[] = {
      {R"("trust_domain_id":")" + other.id.value + '"', 201, other.id.value, "other"},
      {trust() + R"(,"trust_domain_id":"nobody")", 201, other.id.value, "other"},
      {R"("trust_domain_name":"op_svc_ecs")", 201, "", "op_svc_ecs"},
      {R"("trust_domain_name":"op_svc_")", 404, "", ""},
      {R"("trust_domain_name":"nobody","trust_domain_id":")" + other.id.value + '"', 404, "", ""},
      {R"("trust_domain_id":"nobody")", 404, "", ""},
      {R"("description":"d")", 400, "", ""},
  };
  int number = 0;
  for (const auto& row : rows) {
    const auto made =
        ask(root_token, "POST", kPath, body("a" + std::to_string(number++), row.members));
    EXPECT_EQ(made.status, row.status) << row.members << made.text;
    EXPECT_EQ(made.string("error.message") == "TrustDomainNotFound", row.status == 404);
    EXPECT_EQ(made.string("agency.trust_domain_id"), row.id);
    if (row.status != 201) continue;
    EXPECT_EQ(
        directory.find_agency(identity::AgencyId(made.string("agency.id")))->trusted_account_name,
        row.name);
  }
}

TEST_F(Agencies, LastAsLongAsAsked) {
  const struct {
    std::string duration;
    int status;
    std::string shown;
  } rows[] = {{"\"FOREVER\"", 201, "FOREVER"},
              {"\"ONEDAY\"", 201, "24"},
              {"\"1\"", 201, "24"},
              {"20", 201, "480"},
              {"null", 201, "FOREVER"},
              {"\"0\"", 400, ""},
              {"\"-1\"", 400, ""},
              {"\"1.5\"", 400, ""},
              {"\"soon\"", 400, ""},
              {"true", 400, ""},
              {"99999999999999999999", 400, ""}};
  int number = 0;
  for (const auto& row : rows) {
    const auto made =
        ask(root_token, "POST", kPath,
            body("a" + std::to_string(number++), trust() + ",\"duration\":" + row.duration));
    EXPECT_EQ(made.status, row.status) << row.duration << made.text;
    EXPECT_EQ(made.string("agency.duration"), row.shown) << row.duration;
  }
}

TEST_F(Agencies, RefuseBadInput) {
  new_agency("helpers");
  EXPECT_EQ(status(root_token, "POST", kPath, body("helpers", trust())), 409);
  EXPECT_EQ(status(root_token, "POST", kPath, body("", trust())), 400);
  EXPECT_EQ(status(root_token, "POST", kPath, body(std::string(65, 'n'), trust())), 400);
  EXPECT_EQ(status(root_token, "POST", kPath,
                   body("x", trust() + R"(,"description":")" + std::string(256, 'd') + '"')),
            400);
  EXPECT_EQ(status(other_token, "POST", kPath, body("x", R"("trust_domain_name":"demo")")), 403)
      << "another's domain_id";
  EXPECT_EQ(directory.list_agencies(account.id).size(), 1u);
}

TEST_F(Agencies, AreListedByFilter) {
  new_agency("one");
  new_agency("two");
  const auto base = std::string(kPath) + "?domain_id=" + account.id.value;
  EXPECT_EQ(ask(root_token, "GET", base).size("agencies"), 2u);
  EXPECT_EQ(ask(root_token, "GET", kPath).size("agencies"), 2u);
  EXPECT_EQ(ask(root_token, "GET", base + "&name=two").string("agencies.0.name"), "two");
  EXPECT_EQ(ask(root_token, "GET", base + "&trust_domain_id=" + other.id.value).size("agencies"),
            2u);
  EXPECT_EQ(ask(root_token, "GET", base + "&trust_domain_id=" + account.id.value).size("agencies"),
            0u);
  EXPECT_EQ(ask(root_token, "GET", base + "&page=2&per_page=1").string("agencies.0.name"), "two");
  EXPECT_EQ(status(other_token, "GET", base), 403);
}

TEST_F(Agencies, OfAnotherAccountAreNotThere) {
  const auto agency = new_agency("helpers");
  const auto path = std::string(kPath) + "/" + agency.id.value;
  EXPECT_EQ(status(other_token, "GET", path), 404) << "nor for the account that it trusts";
  EXPECT_EQ(status(other_token, "PUT", path, R"({"agency":{"description":"x"}})"), 404);
  EXPECT_EQ(status(other_token, "DELETE", path), 404);
  EXPECT_TRUE(directory.find_agency(agency.id)->description.empty());
  const auto plain = domain_token(new_user("alice"));
  EXPECT_EQ(status(plain, "GET", path), 403);
  EXPECT_EQ(
      status(domain_token(new_user_with_action("reader", "iam:agencies:getAgency")), "GET", path),
      200);
}

TEST_F(Agencies, AreLimitedInNumber) {
  for (std::size_t i = 0; i < kMaxAgencies; ++i) new_agency("a" + std::to_string(i));
  EXPECT_EQ(status(root_token, "POST", kPath, body("more", trust())), 403);
}

}  // namespace
}  // namespace jianmen::services::iam
