// The head of a request: read whole or in pieces it is the same, and what was taken, written out
// again, is read as the same once more.

#include <algorithm>
#include <string>

#include "fuzz.hpp"
#include "http/parser.hpp"

namespace jianmen::fuzz {

namespace {

constexpr http::Limits kLimits{
    .request_line = 256, .head = 2048, .header_value = 512, .headers = 16, .body = 4096};

bool same(const http::RequestParser& a, const http::RequestParser& b) {
  const auto left = a.request(), right = b.request();
  return left.method == right.method && left.target == right.target && left.path == right.path &&
         left.query == right.query && left.host() == right.host() &&
         left.minor_version == right.minor_version && a.framing() == b.framing() &&
         a.content_length() == b.content_length() && a.keep_alive() == b.keep_alive() &&
         std::ranges::equal(left.headers, right.headers, [](const auto& x, const auto& y) {
           return x.name == y.name && x.value == y.value && x.id == y.id;
         });
}

bool is_clean(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

std::string written(const http::Request& request) {
  std::string out(request.method);
  out.append(" ").append(request.target).append(" HTTP/1.");
  out.append(std::to_string(request.minor_version)).append("\r\n");
  for (const auto& header : request.headers) {
    out.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  return out + "\r\n";
}

}  // namespace

void fuzz(std::string_view input) {
  const std::size_t step = take_step(input);
  http::RequestParser whole(kLimits), pieces(kLimits);
  const auto state = whole.parse(input);
  auto last = http::ParseState::NeedMore;
  for (std::size_t end = 0; last == http::ParseState::NeedMore && end < input.size();) {
    end = std::min(end + step, input.size());
    last = pieces.parse(input.substr(0, end));
  }
  // In pieces a bad line may be looked at only when its end has come.
  const bool waits = state == http::ParseState::Refused && last == http::ParseState::NeedMore;
  expect(last == state || waits, "pieces are read as the whole is");
  if (state != http::ParseState::Complete) return;
  expect(same(whole, pieces), "pieces give the same request");
  expect(whole.head_size() <= input.size(), "the head is within what came");

  const auto request = whole.request();
  expect(!request.method.empty() && is_clean(request.target), "method and target are clean");
  unsigned hosts = 0;
  for (const auto& header : request.headers) {
    expect(!header.name.empty() && is_clean(header.name) && is_clean(header.value),
           "header fields are clean");
    hosts += header.id == http::HeaderId::Host;
  }
  expect(hosts <= 1 && (hosts == 1 || request.minor_version == 0), "one Host");

  const std::string again = written(request);
  http::RequestParser second(kLimits);
  if (again.size() > whole.head_size()) return;  // may be over a limit now
  expect(second.parse(again) == http::ParseState::Complete, "what was taken is taken again");
  expect(same(whole, second), "and is the same");
}

}  // namespace jianmen::fuzz
