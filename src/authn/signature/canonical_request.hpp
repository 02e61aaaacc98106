#pragma once
// The one place that knows how a canonical request and a string to sign are built (signing facts,
// section 4), for the verifier, the signer, `jianmen sign` and the diagnosis. Pure functions over
// the request as received.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/container/small_vector.hpp>

#include "authn/signature/authorization.hpp"
#include "base/clock.hpp"
#include "crypto/digest.hpp"
#include "http/message.hpp"

namespace jianmen::authn::signature {

// The tolerated ways of writing it (section 7); the base rule is all defaults.
struct Variant {
  enum class Path {
    P1 /* decode once, encode */,
    P2 /* encode the raw path again */
  } path = Path::P1;
  enum class Query {
    Q1 /* sort decoded */,
    Q2 /* wire order */,
    Q3 /* sort encoded */
  } query = Query::Q1;
  bool absent_header_is_empty = false;  // H0
  friend bool operator==(const Variant&, const Variant&) = default;
};

void append_canonical_path(std::string& out, std::string_view raw_path, Variant::Path rule);
void append_canonical_query(std::string& out, std::string_view raw_query, Variant::Query rule);

// The header that a name of SignedHeaders means.
struct SignedHeader {
  std::string_view value;  // trimmed
  unsigned count = 0;      // how often it arrived; more than once has no canonical form
};
SignedHeader find_signed_header(const http::Request& request, std::string_view name);

// What is known of a body that was read piece by piece, in place of the body itself.
struct ReadBody {
  crypto::Hash hash = crypto::Hash::Sha256;
  std::string digest;  // lower-case hex
  std::uint64_t length = 0;
  base::Time asked{};  // when the head had come: a signature need not outlive its own upload
};

// A request and what its SignedHeaders name, each header looked up once. Views into both.
class SignedRequest {
 public:
  struct Named : SignedHeader {
    std::string_view name;  // as in SignedHeaders
  };
  SignedRequest(const http::Request& request, std::string_view signed_headers,
                const ReadBody* read = nullptr);

  const http::Request& request() const { return request_; }
  const ReadBody* read() const { return read_; }  // nullptr: the request has its body, or waits
  std::uint64_t body_length() const { return read_ ? read_->length : request_.body.size(); }
  bool has_no_body() const { return body_length() == 0 && (read_ || !request_.source); }
  std::string body_digest(crypto::Hash hash) const;  // empty: it was read with another hash
  std::string_view signed_headers() const { return signed_headers_; }
  std::span<const Named> headers() const { return headers_; }
  // nullptr: SignedHeaders does not name it.
  const Named* find(std::string_view lower_case_name) const;
  // The first that did not arrive, or arrived more than once; empty: none.
  std::string_view missing() const { return missing_; }
  std::string_view repeated() const { return repeated_; }

 private:
  const http::Request& request_;
  const ReadBody* read_;
  std::string_view signed_headers_, missing_, repeated_;
  boost::container::small_vector<Named, 16> headers_;
};

// Replaces `out`. False: a header of `signed_headers` did not arrive (and H0 is off) or arrived
// more than once. Values that are not UTF-8 are taken for Latin-1, as Node.js sends them. The form
// for the verifier: `out` keeps its memory from request to request.
bool write_canonical_request(std::string& out, const SignedRequest& request,
                             std::string_view payload, const Variant& variant = {});
bool write_canonical_request(std::string& out, const http::Request& request,
                             std::string_view signed_headers, std::string_view payload,
                             const Variant& variant = {});
std::optional<std::string> canonical_request(const http::Request& request,
                                             std::string_view signed_headers,
                                             std::string_view payload, const Variant& variant = {});

// `scope` empty but for V11. Replaces `out`.
void write_string_to_sign(std::string& out, Algorithm algorithm, std::string_view sdk_date,
                          std::string_view scope, std::string_view canonical_request);
std::string string_to_sign(Algorithm algorithm, std::string_view sdk_date, std::string_view scope,
                           std::string_view canonical_request);

}  // namespace jianmen::authn::signature
