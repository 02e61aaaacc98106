#include "authn/issue.hpp"

#include <algorithm>

#include "authn/detail/derive.hpp"
#include "authn/detail/test_world.hpp"

namespace jianmen::authn {
namespace {

using base::Code;
using identity::CredentialKind;
using identity::Principal;
using identity::RoleId;
using namespace std::chrono_literals;

class Issuing : public World {
 protected:
  Principal from_password(Scope scope) {
    return must(issuer.token_for_user(viewer, std::move(scope), {"password"})).principal;
  }
  Principal opened(const std::string& text) {
    const auto result = authenticator.open_token(text);
    EXPECT_TRUE(result) << cause_id(result.error().cause);
    return result ? **result : Principal();
  }
  Principal opened(const TemporaryKey& temporary) {
    auto sent = signed_by(temporary);
    const auto result = authenticator.authenticate(sent.request());
    EXPECT_TRUE(result) << cause_id(result.error().cause);
    return result ? **result : Principal();
  }
  Principal assumer() {
    return must(issuer.token_for_user(stranger, domain(), {"password"})).principal;
  }

  std::uint64_t draw() {
    std::array<std::uint8_t, 4> bytes;
    dice.fill(bytes);
    return bytes[0] | bytes[1] << 8 | bytes[2] << 16;
  }
  base::SequenceRandom dice{99};
};

TEST_F(Issuing, GivesTheRolesOfTheScopeThatWasAsked) {
  EXPECT_EQ(*from_password(in(project)).roles, std::vector{read_only});
  EXPECT_EQ(*from_password(domain()).roles, std::vector{guest});
  EXPECT_TRUE(from_password(in(other_project)).roles->empty());
  EXPECT_TRUE(from_password(none()).roles->empty());
}

TEST_F(Issuing, SaysTheSameAsTheTokenThatItGives) {
  const auto issued = must(issuer.token_for_user(viewer, in(project), {"password", "totp"}));
  const auto read = opened(issued.text);
  EXPECT_EQ(read.name, issued.principal.name);
  EXPECT_EQ(read.account_name, issued.principal.account_name);
  EXPECT_EQ(read.scope, issued.principal.scope);
  EXPECT_EQ(read.audit_id, issued.principal.audit_id);
  EXPECT_EQ(read.mfa_at, clock.now());
  EXPECT_EQ(read.mfa_at, issued.principal.mfa_at);
}

TEST_F(Issuing, RefusesProjectsOfOthersAndDisabledUsers) {
  EXPECT_EQ(issuer.token_for_user(viewer, in(foreign_project), {}).error().code, Code::NotFound);
  directory::UserChange off;
  off.enabled = false;
  ASSERT_TRUE(directory.update_user(viewer.id, off));
  EXPECT_EQ(issuer.token_for_user(viewer, domain(), {}).error().code, Code::Denied);
}

TEST_F(Issuing, IsAsOldAsThePasswordThatWasProven) {
  const auto proven = viewer;
  directory::UserChange change;
  change.password_hash = "another";
  ASSERT_TRUE(directory.update_user(viewer.id, change));
  EXPECT_FALSE(
      authenticator.open_token(must(issuer.token_for_user(proven, domain(), {"password"})).text));
}

TEST_F(Issuing, GivesTheRootUserNoPowerWithoutAScope) {
  EXPECT_TRUE(must(issuer.token_for_user(root, domain(), {"password"})).principal.root);
  const auto unscoped = must(issuer.token_for_user(root, none(), {"password"})).principal;
  EXPECT_FALSE(unscoped.root);
  EXPECT_TRUE(must(issuer.token_from(unscoped, domain())).principal.root);
}

TEST_F(Issuing, RescopesWithinTheParentAndToItsEnd) {
  const auto unscoped = from_password(none());
  const auto parent = from_password(domain());
  clock.advance(1h);
  for (const auto& from : {unscoped, parent}) {
    const auto child = must(issuer.token_from(from, in(project)));
    EXPECT_EQ(child.principal.expires, from.expires);
    EXPECT_EQ(*opened(child.text).roles, std::vector{read_only});
    EXPECT_EQ(child.principal.methods, (std::vector<std::string>{"password", "token"}));
  }
  EXPECT_EQ(issuer.token_from(parent, in(foreign_project)).error().code, Code::NotFound);
}

TEST_F(Issuing, LetsNobodyOutOfAProject) {
  const auto parent = from_password(in(project));
  EXPECT_TRUE(issuer.token_from(parent, in(project)));
  EXPECT_EQ(issuer.token_from(parent, in(other_project)).error().code, Code::Denied);
  EXPECT_EQ(issuer.token_from(parent, domain()).error().code, Code::Denied);
  EXPECT_EQ(issuer.token_from(parent, none()).error().code,
            Code::Denied);  // it would give any scope
}

TEST_F(Issuing, GivesNothingAfterTheParentsEnd) {
  const auto parent = from_password(domain());
  clock.set(parent.expires);
  EXPECT_EQ(issuer.token_from(parent, domain()).error().code, Code::Unauthenticated);
  EXPECT_EQ(issuer.key_from(parent, 900s).error().code, Code::Unauthenticated);
}

TEST_F(Issuing, GivesKeysBetweenAQuarterHourAndADayButNotLongerThanTheParent) {
  const auto parent = from_password(domain());
  EXPECT_EQ(must(issuer.key_from(parent, 1s)).expires, clock.now() + 900s);
  EXPECT_EQ(must(issuer.key_from(parent, 3600s)).expires, clock.now() + 3600s);
  EXPECT_EQ(must(issuer.key_from(parent, 1000h)).expires, clock.now() + 24h);
  clock.advance(23h + 50min);
  EXPECT_EQ(must(issuer.key_from(parent, 3600s)).expires, parent.expires);
}

TEST_F(Issuing, GivesKeysOfTheirOwnForm) {
  const auto temporary = must(issuer.key_from(from_password(domain()), 900s));
  EXPECT_EQ(temporary.access.size(), 20u);
  EXPECT_TRUE(temporary.access.starts_with("HST"));
  EXPECT_EQ(temporary.secret.size(), 40u);
  EXPECT_EQ(issuer.key_from(from_password(none()), 900s).error().code, Code::Denied);
}

TEST_F(Issuing, LetsATrustedAccountActThroughAnAgency) {
  const auto issued = must(issuer.token_for_agency(agency, assumer(), in(project)));
  const auto principal = opened(issued.text);
  EXPECT_EQ(principal.kind, Principal::Kind::Agency);
  EXPECT_EQ(principal.account, demo.id);
  EXPECT_EQ(principal.id, agency.id.value);
  EXPECT_EQ(principal.name, "demo/helpers");
  EXPECT_EQ(*principal.roles, std::vector{read_only});
  EXPECT_EQ(principal.methods, std::vector<std::string>{"assume_role"});
  ASSERT_TRUE(principal.assumed_by);
  EXPECT_EQ(principal.assumed_by->user, stranger.id);
  EXPECT_EQ(principal.assumed_by->user_name, "stranger");
  EXPECT_EQ(principal.assumed_by->account_name, "partner");
  EXPECT_EQ(opened(must(issuer.key_for_agency(agency, assumer(), 900s))).kind,
            Principal::Kind::Agency);
}

TEST_F(Issuing, LetsNobodyElseActThroughAnAgency) {
  EXPECT_EQ(issuer.token_for_agency(agency, from_password(domain()), in(project)).error().code,
            Code::Denied);
  EXPECT_EQ(issuer.token_for_agency(agency, assumer(), in(foreign_project)).error().code,
            Code::NotFound);
  EXPECT_EQ(issuer.token_for_agency(agency, assumer(), none()).error().code, Code::InvalidArgument);
  const auto assumed = must(issuer.token_for_agency(agency, assumer(), in(project))).principal;
  EXPECT_EQ(issuer.token_for_agency(agency, assumed, in(project)).error().code, Code::Denied);
}

TEST_F(Issuing, TakesAgencyCredentialsBackWithTheirCaller) {
  const auto text = must(issuer.token_for_agency(agency, assumer(), in(project))).text;
  EXPECT_TRUE(authenticator.open_token(text));
  directory::UserChange off;
  off.enabled = false;
  ASSERT_TRUE(directory.update_user(stranger.id, off));
  EXPECT_EQ(*authenticator.open_token(text).error().find("change"), "user disabled");
}

TEST_F(Issuing, TakesAgencyCredentialsBackWithTheAgency) {
  const auto text = must(issuer.token_for_agency(agency, assumer(), in(project))).text;
  ASSERT_TRUE(directory.delete_agency(agency.id));
  EXPECT_EQ(*authenticator.open_token(text).error().find("change"), "agency deleted");
}

TEST_F(Issuing, EndsWithTheAgency) {
  agency.expires = clock.now() + 1h;
  agency = must(directory.update_agency(agency));
  EXPECT_EQ(must(issuer.token_for_agency(agency, assumer(), in(project))).principal.expires,
            *agency.expires);
  EXPECT_EQ(must(issuer.key_for_agency(agency, assumer(), 24h)).expires, *agency.expires);
}

TEST_F(Issuing, DropsFromASnapshotWhatWasTakenAwayMeanwhile) {
  const auto parent = from_password(in(project));
  ASSERT_TRUE(directory.revoke(grant_of(viewers, read_only, &project)));
  EXPECT_TRUE(must(issuer.token_from(parent, in(project))).principal.roles->empty());
}

bool is_subset(const std::vector<RoleId>& part, const std::vector<RoleId>& whole) {
  return std::ranges::all_of(
      part, [&](const RoleId& role) { return std::ranges::find(whole, role) != whole.end(); });
}

// Whatever chain of credentials is made, each stays within the one that it came from.
TEST_F(Issuing, NeverExceedsTheParent) {
  const std::vector<RoleId> roles{read_only, guest};
  int made = 0;
  for (int round = 0; round < 400; ++round) {
    Principal parent = draw() % 4 == 0
                           ? must(issuer.token_for_agency(agency, assumer(), in(project))).principal
                           : from_password(none());
    parent.root = draw() % 2 == 0;
    parent.credential = std::array{CredentialKind::Token, CredentialKind::AccessKey,
                                   CredentialKind::TemporaryKey}[draw() % 3];
    parent.expires = clock.now() + base::Duration(std::chrono::seconds(draw() % 200'000)) - 1s;
    parent.scope = std::array{none(), domain(), in(project), in(other_project)}[draw() % 4];
    parent.roles.reset();
    if (draw() % 3 != 0) {
      parent.roles.emplace();
      for (const auto& role : roles) {
        if (draw() % 2 == 0) parent.roles->push_back(role);
      }
    }
    for (int depth = 0; depth < 4; ++depth) {
      detail::Wanted wanted;
      wanted.credential = draw() % 2 == 0 ? CredentialKind::Token : CredentialKind::TemporaryKey;
      wanted.scope = std::array{none(), domain(), in(project), in(other_project),
                                in(foreign_project)}[draw() % 5];
      wanted.now = clock.now() + std::chrono::seconds(depth);
      wanted.life = std::chrono::seconds(draw() % 100'000);
      const auto claims = detail::derive(directory, parent, wanted);
      if (!claims) break;
      ++made;
      const auto& child = claims->principal;
      EXPECT_LE(child.expires, parent.expires);
      EXPECT_EQ(child.account, parent.account);
      EXPECT_EQ(child.id, parent.id);
      EXPECT_EQ(child.assumed_by, parent.assumed_by);
      EXPECT_NE(child.scope.project, foreign_project.id);
      EXPECT_FALSE(child.root &&
                   !parent.root);  // the viewer is no root, whatever its parent claims
      if (parent.scope.kind == Scope::Kind::Project) {
        EXPECT_EQ(child.scope.project, parent.scope.project);
        if (parent.roles) {
          ASSERT_TRUE(child.roles);
          EXPECT_TRUE(is_subset(*child.roles, *parent.roles));
        }
      }
      if (child.credential == CredentialKind::Token) {
        ASSERT_TRUE(child.roles);
        if (parent.roles && child.scope.kind == parent.scope.kind &&
            child.scope.project == parent.scope.project) {
          EXPECT_TRUE(is_subset(*child.roles, *parent.roles));
        }
        if (child.scope.kind == Scope::Kind::None) {
          EXPECT_TRUE(child.roles->empty());
        }
      } else {
        EXPECT_FALSE(parent.credential == CredentialKind::Token &&
                     parent.scope.kind == Scope::Kind::None);
      }
      parent = child;
    }
  }
  EXPECT_GT(made, 200);
}

}  // namespace
}  // namespace jianmen::authn
