// The Authorization header: what is read holds only what a signed header may hold.

#include "authn/signature/authorization.hpp"

#include "fuzz.hpp"

namespace jianmen::fuzz {

void fuzz(std::string_view input) {
  using namespace authn::signature;
  const auto read = parse_authorization(input);
  if (!read) return;
  expect(is_signature(input), "what parses names an algorithm");
  expect(!read->access_key_id.empty() && !read->signature.empty(), "nothing is empty");
  expect(read->signature.find_first_not_of("0123456789abcdef") == std::string_view::npos,
         "the signature is lower-case hex");
  std::size_t names = 0;
  for_each_name(read->signed_headers, [&](std::string_view name) {
    ++names;
    for (const char c : name) expect(c < 'A' || c > 'Z', "header names are lower case");
    return true;
  });
  expect(names <= kMaxSignedHeaders, "the number of names is bounded");
  expect(read->scope.empty() == (read->algorithm != Algorithm::V11HmacSha256),
         "only V11 has a scope");
}

}  // namespace jianmen::fuzz
