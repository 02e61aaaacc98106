#pragma once
// What the tests of tokens and callers start from: two accounts over the store in memory, users
// with keys and grants, an agency, a clock that stands still, and requests as a client would sign
// them.

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "authn/authenticator.hpp"
#include "authn/issue.hpp"
#include "authn/signature/sign.hpp"
#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"
#include "base/time_text.hpp"
#include "crypto/vault.hpp"
#include "directory/directory.hpp"
#include "store/memory.hpp"

namespace jianmen::authn {

using identity::Scope;

// A request with the memory that its views point to.
struct Sent {
  std::string method = "GET", target = "/v1/x";
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields;

  Sent& with(std::string name, std::string value) {
    fields.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  std::string& field(std::string_view name) {
    for (auto& [key, value] : fields) {
      if (base::equals_ignore_case(key, name)) return value;
    }
    throw std::out_of_range(std::string(name));
  }
  Sent& without(std::string_view name) {
    std::erase_if(fields,
                  [name](const auto& pair) { return base::equals_ignore_case(pair.first, name); });
    return *this;
  }
  const http::Request& request() {
    constexpr std::array<std::pair<std::string_view, http::HeaderId>, 7> kIds{
        {{"host", http::HeaderId::Host},
         {"authorization", http::HeaderId::Authorization},
         {"x-auth-token", http::HeaderId::XAuthToken},
         {"x-subject-token", http::HeaderId::XSubjectToken},
         {"x-security-token", http::HeaderId::XSecurityToken},
         {"x-project-id", http::HeaderId::XProjectId},
         {"x-domain-id", http::HeaderId::XDomainId}}};
    headers_.clear();
    for (const auto& [name, value] : fields) {
      http::Header header{name, value};
      for (const auto& [known, id] : kIds) {
        if (base::equals_ignore_case(known, name)) header.id = id;
      }
      headers_.push_back(header);
    }
    request_.method = method;
    request_.target = target;
    request_.path = request_.target;
    request_.headers = headers_;
    request_.body = body;
    return request_;
  }

 private:
  std::vector<http::Header> headers_;
  http::Request request_;
};

class World : public testing::Test {
 protected:
  static constexpr std::array<std::uint8_t, 32> kMasterKey = {4, 5, 6};
  static constexpr char kAccess[] = "JIANMENTESTVIEWER001",
                        kSecret[] = "jianmenTestViewerSecretKeyForTestsOnly00";

  static const catalog::Catalog& catalog() {
    static const auto catalog = catalog::Catalog::create();
    if (!catalog) throw std::runtime_error(catalog.error().message);
    return **catalog;
  }
  template <class T>
  static T must(base::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(*result);
  }

  base::ManualClock clock{*base::parse_sdk_date("20260601T120000Z")};
  base::SequenceRandom random{21};
  crypto::Vault vault{kMasterKey, random};
  std::unique_ptr<store::Store> store = store::make_memory_store(clock);
  directory::Directory directory{*store, catalog(), vault, clock, random};
  TokenRing ring{vault, random};
  Settings settings;
  Lockouts lockouts{settings};
  Authenticator authenticator{directory, ring, lockouts, clock, settings};
  Issuer issuer{directory, ring, clock, random, settings};

  identity::Account demo = must(directory.create_account("demo", {}, {}));
  identity::Account partner = must(directory.create_account("partner", {}, {}));
  identity::User root = *directory.find_user_by_name(demo.id, "demo");
  identity::User viewer = make_user(demo.id, "viewer");
  identity::User stranger = make_user(partner.id, "stranger");
  identity::Project project = *directory.find_project_by_name(demo.id, "cn-north-4");
  identity::Project other_project = *directory.find_project_by_name(demo.id, "cn-east-3");
  identity::Project foreign_project = *directory.find_project_by_name(partner.id, "cn-north-4");
  identity::Group viewers = must(directory.create_group(demo.id, "viewers", ""));
  identity::RoleId read_only = directory.find_role_by_name({}, "ECS ReadOnlyAccess")->id;
  identity::RoleId guest = directory.find_role_by_name({}, "Tenant Guest")->id;
  identity::Agency agency;
  directory::NewAccessKey key;

  void SetUp() override {
    ASSERT_TRUE(directory.add_member(viewers.id, viewer.id));
    grant(viewers, read_only, &project);
    grant(viewers, guest, nullptr);
    key = must(directory.create_access_key(
        viewer.id, "",
        directory::NewAccessKey{identity::AccessKeyId(kAccess), base::Secret(kSecret)}));
    identity::Agency wanted;
    wanted.account = demo.id;
    wanted.name = "helpers";
    wanted.trusted_account = partner.id;
    wanted.trusted_account_name = "partner";
    agency = must(directory.create_agency(wanted));
    ASSERT_TRUE(directory.grant({demo.id,
                                 identity::Grant::Holder::Agency,
                                 agency.id.value,
                                 read_only,
                                 identity::GrantScope::Project,
                                 project.id,
                                 {}}));
    viewer = *directory.find_user(viewer.id);
  }

  identity::User make_user(const identity::AccountId& account, std::string name) {
    directory::NewUser user;
    user.name = std::move(name);
    return must(directory.create_user(account, user));
  }
  identity::Grant grant_of(const identity::Group& group, const identity::RoleId& role,
                           const identity::Project* in) const {
    return {group.account,
            identity::Grant::Holder::Group,
            group.id.value,
            role,
            in ? identity::GrantScope::Project : identity::GrantScope::Domain,
            in ? in->id : identity::ProjectId(),
            {}};
  }
  void grant(const identity::Group& group, const identity::RoleId& role,
             const identity::Project* in) {
    const auto granted = directory.grant(grant_of(group, role, in));
    ASSERT_TRUE(granted) << granted.error().message;
  }

  static Scope none() { return {}; }
  static Scope domain() {
    Scope scope;
    scope.kind = Scope::Kind::Domain;
    return scope;
  }
  static Scope in(const identity::Project& project) {
    Scope scope;
    scope.kind = Scope::Kind::Project;
    scope.project = project.id;
    return scope;
  }

  Sent signed_request(std::string access, std::string secret, std::string security_token = {},
                      std::vector<std::pair<std::string, std::string>> headers = {}) {
    Sent sent;
    signature::SignInput input;
    input.access_key_id = std::move(access);
    input.secret = base::Secret(std::move(secret));
    input.security_token = std::move(security_token);
    input.method = sent.method;
    input.target = sent.target;
    input.host = "ecs.cn-north-4.myhuaweicloud.com";
    input.headers = std::move(headers);
    input.now = clock.now();
    sent.fields = must(signature::sign(input)).headers;
    return sent;
  }
  Sent signed_by_viewer(std::vector<std::pair<std::string, std::string>> headers = {}) {
    return signed_request(kAccess, kSecret, {}, std::move(headers));
  }
  Sent signed_by(const TemporaryKey& temporary,
                 std::vector<std::pair<std::string, std::string>> headers = {}) {
    return signed_request(temporary.access, temporary.secret, temporary.security_token,
                          std::move(headers));
  }

  identity::Cause cause_of(Sent sent) {
    const auto result = authenticator.authenticate(sent.request());
    return result ? identity::Cause::Unknown : result.error().cause;
  }
  bool is_accepted(Sent sent) { return authenticator.authenticate(sent.request()).has_value(); }
};

}  // namespace jianmen::authn
