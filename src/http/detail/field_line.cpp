#include "http/detail/field_line.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "http/detail/characters.hpp"

namespace jianmen::http::detail {

namespace {

FieldLine refused(std::string_view why) {
  FieldLine line;
  line.state = LineState::Refused;
  line.refusal = why;
  return line;
}

// Lower case, by length; the longest known name has 20 characters.
using Known = std::pair<std::string_view, HeaderId>;
constexpr std::array kKnown = {
    Known{"host", HeaderId::Host},
    Known{"accept", HeaderId::Accept},
    Known{"expect", HeaderId::Expect},
    Known{"connection", HeaderId::Connection},
    Known{"user-agent", HeaderId::UserAgent},
    Known{"x-sdk-date", HeaderId::XSdkDate},
    Known{"traceparent", HeaderId::Traceparent},
    Known{"x-domain-id", HeaderId::XDomainId},
    Known{"content-type", HeaderId::ContentType},
    Known{"x-auth-token", HeaderId::XAuthToken},
    Known{"x-project-id", HeaderId::XProjectId},
    Known{"x-request-id", HeaderId::XRequestId},
    Known{"authorization", HeaderId::Authorization},
    Known{"content-length", HeaderId::ContentLength},
    Known{"x-client-token", HeaderId::XClientToken},
    Known{"x-subject-token", HeaderId::XSubjectToken},
    Known{"x-security-token", HeaderId::XSecurityToken},
    Known{"transfer-encoding", HeaderId::TransferEncoding},
    Known{"x-sdk-content-sm3", HeaderId::XSdkContentSm3},
    Known{"x-sdk-content-sha256", HeaderId::XSdkContentSha256},
};
constexpr std::size_t kLongest = 20;

// Where the names of each length begin in kKnown.
constexpr std::array<std::uint8_t, kLongest + 2> kFirstOfLength = [] {
  std::array<std::uint8_t, kLongest + 2> first{};
  for (std::size_t length = 0; length < first.size(); ++length) {
    std::uint8_t index = 0;
    while (index < kKnown.size() && kKnown[index].first.size() < length) ++index;
    first[length] = index;
  }
  return first;
}();

template <class Word>
Word lower_word(const char* text) {
  Word word;
  std::memcpy(&word, text, sizeof word);
  return word | static_cast<Word>(0x2020202020202020ULL);
}

// `name` has token characters only, of which `| 0x20` maps none but the capital letter to a known
// name's character.
bool same_name(std::string_view name, std::string_view known) {
  const std::size_t size = name.size();
  const char* a = name.data();
  const char* b = known.data();
  if (size < 8) {
    return lower_word<std::uint32_t>(a) == lower_word<std::uint32_t>(b) &&
           lower_word<std::uint32_t>(a + size - 4) == lower_word<std::uint32_t>(b + size - 4);
  }
  for (std::size_t at = 0; at + 8 < size; at += 8) {
    if (lower_word<std::uint64_t>(a + at) != lower_word<std::uint64_t>(b + at)) return false;
  }
  return lower_word<std::uint64_t>(a + size - 8) == lower_word<std::uint64_t>(b + size - 8);
}

}  // namespace

HeaderId header_id(std::string_view name) {
  if (name.size() > kLongest || name.size() < 4) return HeaderId::Other;
  for (auto i = kFirstOfLength[name.size()]; i < kFirstOfLength[name.size() + 1]; ++i) {
    if (same_name(name, kKnown[i].first)) return kKnown[i].second;
  }
  return HeaderId::Other;
}

FieldLine parse_field_line(const char* at, const char* end) {
  FieldLine line;
  const char* colon = skip_token(at, end);
  if (colon == end) return line;
  if (*colon != ':') {
    if (colon == at && (*at == ' ' || *at == '\t')) return refused("folded header line");
    return refused("header name is not a token");
  }
  if (colon == at) return refused("empty header name");

  const char* from = colon + 1;
  while (from != end && (*from == ' ' || *from == '\t')) ++from;
  const char* to = from;
  while (true) {
    to = find_control<0x1f>(to, end);
    if (to == end) return line;
    if (*to != '\t') break;
    ++to;
  }
  if (*to != '\r') {
    return refused(*to == '\n' ? "line ends without CR" : "control character in a header value");
  }
  if (to + 1 == end) return line;
  if (to[1] != '\n') return refused("CR without LF");

  line.state = LineState::Complete;
  line.next = to + 2;
  while (to != from && (to[-1] == ' ' || to[-1] == '\t')) --to;
  line.header.name = between(at, colon);
  line.header.value = between(from, to);
  line.header.id = header_id(line.header.name);
  return line;
}

}  // namespace jianmen::http::detail
