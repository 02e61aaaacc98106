#pragma once
// What the tests of the frame and of IAM start from: two accounts, tokens as the Issuer gives them,
// signed requests, and everything through the whole frame (scope, permission, schema, function,
// body on the wire). A credential is looked at with each request, so that what was taken away is
// gone at the next.

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "authn/signature/sign.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "call/call.hpp"
#include "net/run.hpp"
#include "services/frame.hpp"
#include "services/iam/iam.hpp"
#include "store/memory.hpp"

namespace jianmen::services::iam {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Asking {
  std::string method, target, body = {};
  std::string host = "127.0.0.1:8080";
  Headers headers = {};
  bool secure = false;
};

struct Answer {
  int status = 0;
  http::Response response;
  std::string text;
  base::json::value body;
  call::Record record;

  // "user.name", "roles.0.id"; an empty object's value when there is none.
  base::json::value at(std::string_view path) const {
    const auto* value = &body;
    while (!path.empty()) {
      const auto dot = path.find('.');
      const auto part = path.substr(0, dot);
      path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
      if (const auto* array = value->if_array()) {
        const auto index = static_cast<std::size_t>(std::atoi(std::string(part).c_str()));
        if (index >= array->size()) return {};
        value = &(*array)[index];
      } else {
        value = base::find(*value, part);
        if (!value) return {};
      }
    }
    return *value;
  }
  std::string string(std::string_view path) const {
    const auto value = at(path);
    return value.is_string() ? std::string(value.get_string()) : std::string();
  }
  std::string header(std::string_view name) const {
    return std::string(response.find(name).value_or(std::string_view()));
  }
  identity::Cause cause() const {
    return record.refusal ? record.refusal->cause : identity::Cause::Unknown;
  }
  std::string evidence(std::string_view name) const {
    const auto* value = record.refusal ? record.refusal->find(name) : nullptr;
    return value ? *value : std::string();
  }
  std::size_t size(std::string_view path) const {
    const auto value = at(path);
    return value.is_array() ? value.get_array().size() : 0;
  }
};

class Front : public testing::Test {
 protected:
  static constexpr std::array<std::uint8_t, 32> kMasterKey = {1, 2, 3};
  static constexpr char kPassword[] = "Correct-Horse-1";

  static const catalog::Catalog& tables() {
    static const auto made = catalog::Catalog::create();
    EXPECT_TRUE(made) << made.error().message;
    return **made;
  }

  template <class T>
  static T must(base::Result<T> result) {
    EXPECT_TRUE(result) << result.error().message;
    return std::move(*result);
  }
  static void must(base::Result<> result) { EXPECT_TRUE(result) << result.error().message; }

  Front() {
    serve(iam.definition());
    serve(iam.sts_definition());
    account = must(directory.create_account("demo", {}, {.name = "demo", .password_hash = hash()}));
    other = must(directory.create_account("other", {}, {.name = "other", .password_hash = hash()}));
    admin = directory.find_group_by_name(account.id, "admin").value();
    project = directory.find_project_by_name(account.id, "cn-north-4").value();
    other_project = directory.find_project_by_name(other.id, "cn-north-4").value();
    root = user_named(account, "demo");
    other_root = user_named(other, "other");
    root_token = domain_token(root);
    other_token = domain_token(other_root);
  }

  // `definition` lives as long as the fixture.
  void serve(const ServiceDefinition& definition) {
    frames[definition.name] = std::make_unique<Frame>(definition, tables(), directory, authorizer,
                                                      Pools{pool, pool}, faults);
  }

  std::string hash() {
    return must(crypto::hash_password(base::Secret(std::string(kPassword)), random, kCheap));
  }
  identity::User user_named(const identity::Account& in, std::string_view name) {
    return directory.find_user_by_name(in.id, name).value();
  }
  identity::User new_user(std::string name, const identity::Account& in) {
    return must(directory.create_user(in.id, {.name = std::move(name), .password_hash = hash()}));
  }
  identity::User new_user(std::string name) { return new_user(std::move(name), account); }
  identity::Role new_policy(std::string display_name, identity::RoleType type,
                            std::string_view statement) {
    identity::Role role;
    role.display_name = std::move(display_name);
    role.type = type;
    role.policy =
        R"({"Version":"1.1","Statement":[{"Effect":"Allow",)" + std::string(statement) + "}]}";
    return must(directory.create_role(account.id, role));
  }
  void grant(const identity::Group& group, const identity::RoleId& role,
             identity::GrantScope scope) {
    identity::Grant made;
    made.account = group.account;
    made.holder_id = group.id.value;
    made.role = role;
    made.scope = scope;
    must(directory.grant(made));
  }
  // A user with a policy of its own on the domain: `statement` is what follows the effect,
  // "Action":[…] ….
  identity::User new_user_with(const std::string& name, std::string_view statement) {
    auto user = new_user(name);
    const auto group = must(directory.create_group(account.id, name + "-group", ""));
    grant(group, new_policy(name + "-policy", identity::RoleType::Domain, statement).id,
          identity::GrantScope::Domain);
    must(directory.add_member(group.id, user.id));
    return user;
  }
  identity::User new_user_with_action(const std::string& name, std::string_view action) {
    return new_user_with(name, R"("Action":[")" + std::string(action) + "\"]");
  }
  // An agency of `account` that `other` may assume.
  identity::Agency new_agency(std::string name) {
    identity::Agency agency;
    agency.account = account.id;
    agency.name = std::move(name);
    agency.trusted_account = other.id;
    agency.trusted_account_name = other.name;
    return must(directory.create_agency(agency));
  }
  std::string role_id(std::string_view display_name) {
    return directory.find_role_by_name(account.id, display_name).value().id.value;
  }

  std::string domain_token(const identity::User& user) {
    return token(user, {identity::Scope::Kind::Domain, {}, {}});
  }
  std::string project_token(const identity::User& user, const identity::Project& in) {
    return token(user, {identity::Scope::Kind::Project, in.id, in.name});
  }
  std::string token(const identity::User& user, identity::Scope scope) {
    return must(
               issuer.token_for_user(*directory.find_user(user.id), std::move(scope), {"password"}))
        .text;
  }

  // An empty token: no credential.
  Answer ask(const std::string& token, std::string_view method, std::string_view target,
             std::string_view body = "") {
    return send(token, {std::string(method), std::string(target), std::string(body)});
  }
  Answer send(const std::string& token, const Asking& asking) {
    authn::Authenticator authenticator(directory, ring, lockouts, clock, {});
    if (token.empty()) return send(nullptr, nullptr, asking);
    const auto opened = authenticator.open_token(token);
    return opened ? send(opened->get(), nullptr, asking) : send(nullptr, &opened.error(), asking);
  }
  // Signed with a key, a temporary one when it has a security token.
  Answer send_signed(const authn::TemporaryKey& key, const Asking& asking) {
    authn::signature::SignInput input;
    input.access_key_id = key.access;
    input.secret = base::Secret(key.secret);
    input.security_token = key.security_token;
    input.method = asking.method;
    input.target = asking.target;
    input.host = asking.host;
    input.headers = asking.headers;
    input.body = asking.body;
    input.now = clock.now();
    auto sent = asking;
    sent.headers = must(authn::signature::sign(input)).headers;
    std::erase_if(sent.headers,
                  [](const auto& field) { return base::equals_ignore_case(field.first, "host"); });
    std::vector<http::Header> headers;
    const auto request = request_of(sent, headers);
    authn::Authenticator authenticator(directory, ring, lockouts, clock, {});
    const auto proven = authenticator.authenticate(request);
    EXPECT_TRUE(proven) << identity::cause_id(proven ? identity::Cause() : proven.error().cause);
    return proven ? send(proven->get(), nullptr, sent) : send(nullptr, &proven.error(), sent);
  }
  Answer send(const identity::Principal* principal, const identity::Refusal* refusal,
              const Asking& asking) {
    std::vector<http::Header> headers;
    const auto request = request_of(asking, headers);
    Answer answer;
    const auto route = tables().route(asking.host, asking.method, request.path);
    if (!route) {
      ADD_FAILURE() << "no route: " << asking.method << ' ' << asking.target;
      return answer;
    }
    call::Call call{request,      *route,      principal,
                    refusal,      clock.now(), "0123456789abcdef0123456789abcdef",
                    answer.record};
    answer.response = net::run(frames.at(route->candidates.front()->service)->serve(call));
    answer.status = answer.response.status();
    answer.text = answer.response.body();
    if (auto parsed = base::parse_json(answer.text)) answer.body = std::move(*parsed);
    return answer;
  }
  int status(const std::string& token, std::string_view method, std::string_view target,
             std::string_view body = "") {
    return ask(token, method, target, body).status;
  }

  authn::TemporaryKey permanent_key(const identity::User& user) {
    const auto made = must(directory.create_access_key(user.id, ""));
    return {made.id.value, std::string(made.secret.reveal()), "", base::Time::max()};
  }
  // Out of a token.
  authn::TemporaryKey temporary_key(const std::string& token) {
    authn::Authenticator authenticator(directory, ring, lockouts, clock, {});
    return must(
        issuer.key_from(*authenticator.open_token(token).value(), std::chrono::seconds(900)));
  }

  // Views into `asking` and `headers`.
  static http::Request request_of(const Asking& asking, std::vector<http::Header>& headers) {
    static const std::map<std::string_view, http::HeaderId> ids{
        {"Authorization", http::HeaderId::Authorization},
        {"X-Sdk-Date", http::HeaderId::XSdkDate},
        {"X-Security-Token", http::HeaderId::XSecurityToken},
        {"X-Project-Id", http::HeaderId::XProjectId},
        {"X-Domain-Id", http::HeaderId::XDomainId},
        {"X-Subject-Token", http::HeaderId::XSubjectToken}};
    headers.push_back({"Host", asking.host, http::HeaderId::Host});
    for (const auto& [name, value] : asking.headers) {
      http::Header header{name, value};
      for (const auto& [known, id] : ids) {
        if (base::equals_ignore_case(known, name)) header.id = id;
      }
      headers.push_back(header);
    }
    http::Request request;
    request.method = asking.method;
    request.target = asking.target;
    request.path = request.target.substr(0, request.target.find('?'));
    if (const auto mark = asking.target.find('?'); mark != std::string::npos)
      request.query = request.target.substr(mark + 1);
    request.headers = headers;
    request.body = asking.body;
    request.peer = "192.0.2.7";
    request.secure = asking.secure;
    return request;
  }

  static constexpr crypto::PasswordCost kCheap{.iterations = 1, .memory_kib = 64, .lanes = 1};

  base::ManualClock clock{base::Time(std::chrono::seconds(1'764'000'000))};
  base::SequenceRandom random{7};
  crypto::Vault vault{kMasterKey, random};
  std::unique_ptr<store::Store> store = store::make_memory_store(clock);
  directory::Directory directory{*store, tables(), vault, clock, random};
  authn::TokenRing ring{vault, random};
  authn::Lockouts lockouts{authn::Settings{}};
  PlannedFaults faults;
  authn::Issuer issuer{directory, ring, clock, random, {}};
  authz::Authorizer authorizer{directory};
  net::BlockingPool pool{1};
  Dependencies with{directory, tables(), ring,   issuer,
                    lockouts,  clock,    random, {.password_cost = kCheap}};
  Iam iam{with};
  std::map<std::string, std::unique_ptr<Frame>, std::less<>> frames;  // by service

  identity::Account account, other;
  identity::Group admin;
  identity::Project project, other_project;
  identity::User root, other_root;
  std::string root_token, other_token;
};

}  // namespace jianmen::services::iam
