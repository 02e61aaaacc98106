// Callers whose body still has to be read: what is said before, and what after.

#include <gtest/gtest.h>

#include "authn/authenticator.hpp"
#include "authn/detail/test_world.hpp"
#include "http/body_source.hpp"

namespace jianmen::authn {
namespace {

using identity::Cause;
using namespace std::chrono_literals;

class Unread final : public http::BodySource {
 public:
  std::optional<std::uint64_t> length() const override { return std::nullopt; }
  net::Task<std::string_view> next() override { co_return std::string_view(); }
  State state() const override { return State::Open; }
  bool rewind() override { return true; }
};

class LateBodies : public World {
 protected:
  static constexpr std::string_view kBody = "a body that comes later";
  static constexpr char kDigestHeader[] = "X-Sdk-Content-Sha256";

  Sent signed_for(std::string_view body,
                  std::vector<std::pair<std::string, std::string>> headers = {},
                  const char* secret = kSecret) {
    Sent sent;
    sent.method = "POST";
    signature::SignInput input;
    input.access_key_id = kAccess;
    input.secret = base::Secret(secret);
    input.method = sent.method;
    input.target = sent.target;
    input.host = "orders.example.com";
    input.headers = std::move(headers);
    input.body = body;
    input.now = clock.now();
    sent.fields = must(signature::sign(input)).headers;
    return sent;
  }
  static std::string digest_of(std::string_view body) {
    return crypto::hex_digest(crypto::Hash::Sha256, body);
  }
  http::Request late(Sent& sent) {
    http::Request request = sent.request();
    request.source = &unread;
    return request;
  }
  signature::ReadBody read(std::string_view body) const {
    return {crypto::Hash::Sha256, digest_of(body), body.size(), clock.now()};
  }
  Cause cause_with(const http::Request& request, const signature::ReadBody* read) {
    const auto result = authenticator.authenticate(request, read);
    return result ? Cause::Unknown : result.error().cause;
  }

  Unread unread;
};

TEST_F(LateBodies, AreAskedForWhenTheSignatureCoversThem) {
  auto by_body = signed_for(kBody);
  auto by_header = signed_for(kBody, {{kDigestHeader, digest_of(kBody)}});
  auto open = signed_for(kBody, {{kDigestHeader, "UNSIGNED-PAYLOAD"}});
  EXPECT_EQ(authenticator.check_head(late(by_body)), crypto::Hash::Sha256);
  EXPECT_EQ(authenticator.check_head(late(by_header)), crypto::Hash::Sha256);
  EXPECT_EQ(authenticator.check_head(late(open)), std::nullopt);
  Sent token;
  token.with("X-Auth-Token", "x");
  EXPECT_EQ(authenticator.check_head(late(token)), std::nullopt);
}

TEST_F(LateBodies, AreTakenByTheirDigest) {
  for (const bool header : {false, true}) {
    auto sent = header ? signed_for(kBody, {{kDigestHeader, digest_of(kBody)}}) : signed_for(kBody);
    const auto good = read(kBody), other = read("another body"), empty = read("");
    EXPECT_EQ(cause_with(late(sent), &good), Cause::Unknown);
    const auto wrong = header ? Cause::SignaturePayloadHeader : Cause::SignatureSecretWrong;
    EXPECT_EQ(cause_with(late(sent), &other), wrong);
    EXPECT_EQ(cause_with(late(sent), &empty), wrong);
  }
}

TEST_F(LateBodies, LetNobodyInUnread) {
  auto by_body = signed_for(kBody);
  auto by_header = signed_for(kBody, {{kDigestHeader, digest_of(kBody)}});
  auto as_empty = signed_for("");
  for (auto* sent : {&by_body, &by_header, &as_empty}) {
    EXPECT_EQ(cause_with(late(*sent), nullptr), Cause::SignatureBodyNotHashed);
  }
  // A digest by another hash than the signature's says nothing, also where nothing was signed.
  auto sm3 = read("");
  sm3.hash = crypto::Hash::Sm3;
  sm3.length = 5;
  EXPECT_EQ(cause_with(late(as_empty), &sm3), Cause::SignatureSecretWrong);
  auto open = signed_for(kBody, {{kDigestHeader, "UNSIGNED-PAYLOAD"}});
  EXPECT_EQ(cause_with(late(open), nullptr), Cause::Unknown);
}

// Python signs the hash of nothing beside UNSIGNED-PAYLOAD: good for no body, not for one that was
// not looked at.
TEST_F(LateBodies, AreNotTakenForNothing) {
  auto sent = signed_for("", {{kDigestHeader, "UNSIGNED-PAYLOAD"}});
  auto& header = sent.field("Authorization");
  const auto names = signature::parse_authorization(header)->signed_headers;
  const auto canonical = *signature::canonical_request(sent.request(), names, digest_of(""));
  const auto text = signature::string_to_sign(signature::Algorithm::HmacSha256,
                                              sent.field("X-Sdk-Date"), "", canonical);
  const crypto::HmacKey key(crypto::Hash::Sha256, kSecret);
  header = header.substr(0, header.find("Signature=")) + "Signature=" + base::to_hex(key.mac(text));
  EXPECT_TRUE(authenticator.authenticate(sent.request()));
  EXPECT_EQ(authenticator.check_head(late(sent)), std::nullopt);
  EXPECT_EQ(cause_with(late(sent), nullptr), Cause::SignatureSecretWrong);
}

TEST_F(LateBodies, OfNoCallerAreNotRead) {
  auto unknown = signed_for(kBody);
  auto& header = unknown.field("Authorization");
  header.replace(header.find(kAccess), sizeof kAccess - 1, "JIANMENTESTVIEWER009");
  const auto refused = authenticator.check_head(late(unknown));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::SignatureAccessKeyUnknown);
  // With a digest in the head the signature is complete: a wrong one counts, and is told.
  for (unsigned i = 0; i <= settings.failures_to_lock; ++i) {
    auto wrong = signed_for(kBody, {{kDigestHeader, digest_of(kBody)}}, "another secret");
    const auto told = authenticator.check_head(late(wrong));
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().cause, Cause::SignatureSecretWrong);
  }
  auto good = signed_for(kBody);
  const auto locked = authenticator.check_head(late(good));
  ASSERT_FALSE(locked);
  EXPECT_EQ(locked.error().cause, Cause::SignatureAccessKeyLocked);
}

TEST_F(LateBodies, MayTakeLongerThanASignatureLives) {
  auto sent = signed_for(kBody);
  const auto in_time = read(kBody);
  clock.advance(20min);
  EXPECT_FALSE(authenticator.check_head(late(sent)));
  EXPECT_EQ(cause_with(late(sent), &in_time), Cause::Unknown);
  const auto too_late = read(kBody);
  EXPECT_EQ(cause_with(late(sent), &too_late), Cause::SignatureClockSkew);
}

TEST_F(LateBodies, AreRefusedWhenTheKeyWasDeletedMeanwhile) {
  auto sent = signed_for(kBody);
  const auto body = read(kBody);
  ASSERT_TRUE(authenticator.check_head(late(sent)));
  ASSERT_TRUE(directory.delete_access_key(identity::AccessKeyId(kAccess)));
  EXPECT_EQ(cause_with(late(sent), &body), Cause::SignatureAccessKeyUnknown);
}

}  // namespace
}  // namespace jianmen::authn
