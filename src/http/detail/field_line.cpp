#include "http/detail/field_line.hpp"

#include <array>
#include <cstdint>
#include <cstring>

#include "http/detail/characters.hpp"

namespace jianmen::http::detail {

namespace {

constexpr std::size_t kShortest = 4;
constexpr std::size_t kLongest = 24;  // three words

// A known name as words in which letters compare without case: ((text & used) | case_bits) equals
// lower. The case bit is there for letters only, so nothing but the name itself compares equal.
struct KnownName {
  std::array<std::uint64_t, 3> lower{};
  std::array<std::uint64_t, 3> used{};
  std::array<std::uint64_t, 3> case_bits{};
  std::uint8_t size = 0;
  HeaderId id = HeaderId::Other;
};

constexpr KnownName known(std::string_view name, HeaderId id) {
  KnownName entry;
  entry.size = static_cast<std::uint8_t>(name.size());
  entry.id = id;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto shift = 8 * (i % 8);
    const bool letter = name[i] >= 'a' && name[i] <= 'z';
    entry.lower[i / 8] |= static_cast<std::uint64_t>(name[i]) << shift;
    entry.used[i / 8] |= std::uint64_t{0xff} << shift;
    if (letter) entry.case_bits[i / 8] |= std::uint64_t{0x20} << shift;
  }
  return entry;
}

constexpr std::array kKnown = {
    known("host", HeaderId::Host),
    known("accept", HeaderId::Accept),
    known("expect", HeaderId::Expect),
    known("connection", HeaderId::Connection),
    known("user-agent", HeaderId::UserAgent),
    known("x-sdk-date", HeaderId::XSdkDate),
    known("traceparent", HeaderId::Traceparent),
    known("x-domain-id", HeaderId::XDomainId),
    known("content-type", HeaderId::ContentType),
    known("x-auth-token", HeaderId::XAuthToken),
    known("x-project-id", HeaderId::XProjectId),
    known("x-request-id", HeaderId::XRequestId),
    known("authorization", HeaderId::Authorization),
    known("content-length", HeaderId::ContentLength),
    known("x-client-token", HeaderId::XClientToken),
    known("x-subject-token", HeaderId::XSubjectToken),
    known("x-security-token", HeaderId::XSecurityToken),
    known("transfer-encoding", HeaderId::TransferEncoding),
    known("x-sdk-content-sm3", HeaderId::XSdkContentSm3),
    known("x-sdk-content-sha256", HeaderId::XSdkContentSha256),
};

// A perfect hash over size, third and third-last character; the compiler checks that it is one.
constexpr std::size_t kBuckets = 64;
constexpr std::size_t bucket_of(std::size_t size, unsigned char third, unsigned char third_last) {
  return (size + (third | 0x20U) + 4 * (third_last | 0x20U)) % kBuckets;
}

constexpr unsigned char character(const KnownName& name, std::size_t i) {
  return static_cast<unsigned char>(name.lower[i / 8] >> (8 * (i % 8)));
}

constexpr bool fill_buckets(std::array<std::uint8_t, kBuckets>& buckets) {
  for (std::size_t i = 0; i < kKnown.size(); ++i) {
    const KnownName& name = kKnown[i];
    auto& bucket =
        buckets[bucket_of(name.size, character(name, 2), character(name, name.size - 3))];
    if (bucket != 0) return false;
    bucket = static_cast<std::uint8_t>(i + 1);
  }
  return true;
}

constexpr auto kBucketTable = [] {
  std::array<std::uint8_t, kBuckets> buckets{};  // index + 1 in kKnown; 0: none
  fill_buckets(buckets);
  return buckets;
}();
static_assert([] {
  std::array<std::uint8_t, kBuckets> buckets{};
  return fill_buckets(buckets);
}());

bool same_name(const char* text, const KnownName& known) {  // kLongest characters can be read
  std::uint64_t difference = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    std::uint64_t word;
    std::memcpy(&word, text + 8 * i, 8);
    difference |= ((word & known.used[i]) | known.case_bits[i]) ^ known.lower[i];
  }
  return difference == 0;
}

// `text` is the name's `size` characters and at least kLongest in all.
HeaderId find_known(const char* text, std::size_t size) {
  if (size > kLongest || size < kShortest) return HeaderId::Other;
  const auto third = static_cast<unsigned char>(text[2]);
  const auto third_last = static_cast<unsigned char>(text[size - 3]);
  const std::uint8_t found = kBucketTable[bucket_of(size, third, third_last)];
  if (found == 0) return HeaderId::Other;
  const KnownName& known = kKnown[found - 1];
  return known.size == size && same_name(text, known) ? known.id : HeaderId::Other;
}

LineState refuse(std::string_view why, std::string_view& refusal) {
  refusal = why;
  return LineState::Refused;
}

// The end of the value: a CR, or the control character for which the line is refused.
const char* find_value_end(const char* at, const char* end) {
  while ((at = find_control<0x1f>(at, end)) != end && *at == '\t') ++at;
  return at;
}

}  // namespace

HeaderId header_id(std::string_view name) {
  std::array<char, kLongest> padded{};
  if (name.size() > padded.size()) return HeaderId::Other;
  std::memcpy(padded.data(), name.data(), name.size());
  return find_known(padded.data(), name.size());
}

LineState parse_field_line(const char*& at, const char* end, Header& header,
                           std::string_view& refusal) {
  // A name that is known is a token; only the others are looked at character by character.
  constexpr std::ptrdiff_t kWindow = 32;
  const char* const near = end - at > kWindow ? at + kWindow : end;
  const char* colon = find_byte(at, near, ':');
  header.id = HeaderId::Other;
  if (colon != near) {
    const std::string_view name = between(at, colon);
    header.id = near != end ? find_known(at, name.size()) : header_id(name);
  }
  if (header.id == HeaderId::Other) {
    colon = skip_token(at, end);
    if (colon == end) return LineState::NeedMore;
    if (*colon != ':') {
      const bool folded = colon == at && (*at == ' ' || *at == '\t');
      return refuse(folded ? "folded header line" : "header name is not a token", refusal);
    }
    if (colon == at) return refuse("empty header name", refusal);
  }

  const char* from = colon + 1;
  while (from != end && (*from == ' ' || *from == '\t')) ++from;
  const char* to = find_value_end(from, end);
  if (to == end) return LineState::NeedMore;
  if (*to != '\r') {
    return refuse(*to == '\n' ? "line ends without CR" : "control character in a header value",
                  refusal);
  }
  if (to + 1 == end) return LineState::NeedMore;
  if (to[1] != '\n') return refuse("CR without LF", refusal);

  header.name = between(at, colon);
  at = to + 2;
  while (to != from && (to[-1] == ' ' || to[-1] == '\t')) --to;
  header.value = between(from, to);
  return LineState::Complete;
}

}  // namespace jianmen::http::detail
