// A request as it came, its canonical request in every tolerated form; and what our signer makes of
// any target and body, our verifier takes — but not with one bit of it changed.

#include <string>

#include "authn/signature/sign.hpp"
#include "authn/signature/verify.hpp"
#include "fuzz.hpp"
#include "http/parser.hpp"

namespace jianmen::fuzz {

namespace {

using namespace authn::signature;

constexpr char kSecret[] = "jianmenDemoAdminSecretKeyForLocalUseOnly";
const base::Time kNow{std::chrono::hours(24 * 365 * 56)};

void write_all_forms(const http::Request& request) {
  for (const auto path : {Variant::Path::P1, Variant::Path::P2}) {
    for (const auto query : {Variant::Query::Q1, Variant::Query::Q2, Variant::Query::Q3}) {
      const Variant variant{path, query, true};
      const auto text = canonical_request(request, "host;x-sdk-date", "e3b0", variant);
      if (!text) continue;
      expect(text->starts_with(request.method), "it begins with the method");
      expect(text->ends_with("\nhost;x-sdk-date\ne3b0"), "it ends with names and hash");
    }
  }
  std::string path;
  append_canonical_path(path, request.path, Variant::Path::P1);
  expect(path.ends_with('/'), "a canonical path ends in a slash");
  std::string again;
  append_canonical_path(again, path, Variant::Path::P1);
  expect(path == again, "a canonical path is canonical");
}

bool verifies(const http::Request& request) {
  static const VerificationKey key("AK", base::Secret(kSecret));
  const auto header = request.find("Authorization");
  const auto authorization = parse_authorization(header.value_or(std::string_view()));
  if (!authorization) return false;
  const SignedRequest asked(request, authorization->signed_headers);
  return check_before_key(asked, *authorization, kNow, {}) &&
         verify(asked, *authorization, key, {});
}

// The request that a signer would send for this target and body, through the parser.
void sign_and_verify(std::string_view target, std::string_view body) {
  SignInput input;
  input.access_key_id = "AK";
  input.secret = base::Secret(kSecret);
  input.method = "POST";
  input.target = target;
  input.host = "ecs.example.com";
  input.body = body;
  input.now = kNow;
  const auto made = sign(input);
  if (!made) return;
  std::string head = "POST " + input.target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : made->headers) head += name + ": " + value + "\r\n";
  head += "\r\n";
  http::RequestParser parser({});
  if (parser.parse(head) != http::ParseState::Complete || parser.head_size() != head.size()) return;
  auto request = parser.request();
  request.body = input.body;
  expect(verifies(request), "what is signed here verifies here");
  input.body += "x";
  request.body = input.body;
  expect(!verifies(request), "another body does not");
  request.body = body;
  request.method = "PUT";
  expect(!verifies(request), "another method does not");
}

}  // namespace

void fuzz(std::string_view input) {
  http::RequestParser parser({});
  if (parser.parse(input) == http::ParseState::Complete) write_all_forms(parser.request());
  const auto end = input.find('\n');
  const auto target = input.substr(0, end);
  sign_and_verify(target, end == input.npos ? std::string_view() : input.substr(end + 1));
}

}  // namespace jianmen::fuzz
