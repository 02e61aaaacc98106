// Tokens: no text but a sealed one opens, and claims of any bytes are read as they are written.

#include <array>
#include <string>

#include "authn/token/claims_codec.hpp"
#include "base/random.hpp"
#include "crypto/vault.hpp"
#include "fuzz.hpp"

namespace jianmen::fuzz {

namespace {

using namespace authn;

struct Sealed {
  base::SequenceRandom random;
  crypto::Vault vault{std::array<std::uint8_t, 32>{7}, random};
  TokenRing ring{vault, random};
  std::string token;

  Sealed() {
    Claims claims;
    claims.principal.account = identity::AccountId("05041fffa400257a2f6dc009cc6f8f31");
    claims.principal.id = "05041fffa40025702f6dc009cc6f8f32";
    claims.principal.roles.emplace();
    claims.principal.methods = {"password"};
    token = ring.seal(claims, Purpose::Token);
  }
};

}  // namespace

void fuzz(std::string_view input) {
  static const Sealed sealed;
  expect(sealed.ring.open(sealed.token, Purpose::Token).has_value(), "a token opens");
  expect(!sealed.ring.open(sealed.token, Purpose::SecurityToken), "for its purpose alone");
  if (const auto opened = sealed.ring.open(input, Purpose::Token)) {
    expect(input == sealed.token, "nothing else opens");
  }
  (void)TokenRing::missing_characters(input);

  // The input as changes of the good one: pairs of place and byte.
  std::string changed = sealed.token;
  for (std::size_t i = 0; i + 1 < input.size(); i += 2) {
    changed[static_cast<unsigned char>(input[i]) % changed.size()] = input[i + 1];
  }
  if (changed != sealed.token) {
    expect(!sealed.ring.open(changed, Purpose::Token), "a changed token does not open");
  }

  if (const auto claims = decode_claims(input)) {
    const auto written = encode_claims(*claims);
    const auto again = decode_claims(written);
    expect(again && encode_claims(*again) == written, "claims are read as they are written");
  }
}

}  // namespace jianmen::fuzz
