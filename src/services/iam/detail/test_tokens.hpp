#pragma once
// For the tests of /v3/auth/tokens: the bodies of every method.

#include "base/time_text.hpp"
#include "services/iam/detail/test_front.hpp"

namespace jianmen::services::iam {

using identity::Cause;
using namespace std::chrono_literals;

inline constexpr char kTokens[] = "/v3/auth/tokens";
inline constexpr char kWrong[] =
    R"({"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}})";

class Tokens : public Front {
 protected:
  identity::User alice = new_user("alice");
  identity::Agency agency = new_agency("helpers");

  static std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }
  // `user` and `scope` are what stands inside the braces.
  static std::string login(std::string_view user, std::string_view scope = "") {
    return R"({"auth":{"identity":{"methods":["password"],"password":{"user":{)" +
           std::string(user) + "}}}" + scoped(scope) + "}}";
  }
  static std::string scoped(std::string_view scope) {
    return scope.empty() ? std::string() : ",\"scope\":" + std::string(scope);
  }
  static std::string named(std::string_view name, std::string_view password = kPassword,
                           std::string_view domain = R"({"name":"demo"})") {
    return R"("name":)" + quoted(name) + R"(,"password":)" + quoted(password) + R"(,"domain":)" +
           std::string(domain);
  }
  static std::string by_token(std::string_view id, std::string_view scope) {
    return R"({"auth":{"identity":{"methods":["token"],"token":{"id":)" + quoted(id) + "}}" +
           scoped(scope) + "}}";
  }
  static std::string by_agency(std::string_view members, std::string_view scope) {
    return R"({"auth":{"identity":{"methods":["assume_role"],"assume_role":{)" +
           std::string(members) + "}}" + scoped(scope) + "}}";
  }
  static std::string by_key(std::string_view access, std::string_view secret) {
    return R"({"auth":{"identity":{"methods":["hw_ak_sk"],"hw_ak_sk":{"access":{"key":)" +
           quoted(access) + R"(},"secret":{"key":)" + quoted(secret) + "}}}}}";
  }
  std::string in_project() const {
    return R"({"project":{"id":)" + quoted(project.id.value) + "}}";
  }

  Answer create(std::string_view body) { return ask("", "POST", kTokens, body); }
  std::string created(std::string_view body) {
    const auto answer = create(body);
    EXPECT_EQ(answer.status, 201) << answer.text;
    return answer.header("X-Subject-Token");
  }
  Answer about(std::string_view method, const std::string& caller, std::string subject,
               std::string_view query = "") {
    return send(caller, {std::string(method),
                         kTokens + std::string(query),
                         "",
                         "127.0.0.1:8080",
                         {{"X-Subject-Token", std::move(subject)}}});
  }
};

}  // namespace jianmen::services::iam
