// What one request costs in this folder: opening a token, verifying a signature.

#include <benchmark/benchmark.h>

#include "authn/signature/sign.hpp"
#include "authn/signature/verify.hpp"
#include "authn/token/token.hpp"
#include "crypto/system_random.hpp"

namespace jianmen::authn {
namespace {

constexpr std::string_view kId = "0503dda878000fed0f75c0096d70a960";

Claims claims_with_roles(int roles) {
  Claims claims;
  claims.principal.account = identity::AccountId(kId);
  claims.principal.id = kId;
  claims.principal.scope = {identity::Scope::Kind::Project, identity::ProjectId(kId), {}};
  claims.principal.roles.emplace();
  for (int i = 0; i < roles; ++i) claims.principal.roles->emplace_back(kId);
  claims.principal.audit_id = kId;
  claims.principal.methods = {"password"};
  claims.principal.expires = base::Time(std::chrono::hours(24));
  return claims;
}

void open_token(benchmark::State& state) {
  crypto::SystemRandom random;
  const std::array<std::uint8_t, 32> key{};
  const crypto::Vault vault(key, random);
  const TokenRing ring(vault, random);
  const std::string text =
      ring.seal(claims_with_roles(static_cast<int>(state.range(0))), Purpose::Token);
  for (auto _ : state) benchmark::DoNotOptimize(ring.open(text, Purpose::Token));
  state.counters["characters"] = static_cast<double>(text.size());
}
BENCHMARK(open_token)->Arg(1)->Arg(6);

void verify_signature(benchmark::State& state) {
  signature::SignInput input;
  input.access_key_id = "JIANMENDEMOADMIN0001";
  input.secret = base::Secret("jianmenDemoAdminSecretKeyForLocalUseOnly");
  input.target =
      "/v1/05041fffa40025702f6dc009cc6f8f33/cloudservers/detail?limit=10&name=a&offset=1";
  input.host = "ecs.cn-north-4.myhuaweicloud.com";
  input.headers = {{"Content-Type", "application/json"},
                   {"User-Agent", "huaweicloud-usdk-python/3.0"},
                   {"X-Project-Id", "05041fffa40025702f6dc009cc6f8f33"}};
  input.now = base::Time(std::chrono::hours(24));
  const auto made = signature::sign(input);
  std::vector<http::Header> headers;
  for (const auto& [name, value] : made->headers)
    headers.push_back({name, value, http::HeaderId::Other});
  for (auto& header : headers) {
    if (header.name == "X-Sdk-Date") header.id = http::HeaderId::XSdkDate;
    if (header.name == "Host") header.id = http::HeaderId::Host;
  }
  http::Request request;
  request.method = "GET";
  request.target = input.target;
  request.path = std::string_view(input.target).substr(0, input.target.find('?'));
  request.query = std::string_view(input.target).substr(input.target.find('?') + 1);
  request.headers = headers;
  const auto authorization = signature::parse_authorization(made->authorization);
  const signature::VerificationKey key(input.access_key_id, input.secret);
  const signature::VerifySettings settings;
  if (!signature::verify({request, authorization->signed_headers}, *authorization, key, settings))
    state.SkipWithError("does not verify");
  for (auto _ : state) {
    const signature::SignedRequest signed_request(request, authorization->signed_headers);
    benchmark::DoNotOptimize(
        signature::check_before_key(signed_request, *authorization, input.now, settings));
    benchmark::DoNotOptimize(signature::verify(signed_request, *authorization, key, settings));
  }
}
BENCHMARK(verify_signature);

}  // namespace
}  // namespace jianmen::authn
