// The head of an upstream's answer: whatever is taken has one length, and its fields can be written
// for a client without becoming two.

#include <string>

#include "fuzz.hpp"
#include "http/response_parser.hpp"
#include "upstream/forwarding.hpp"

namespace jianmen::fuzz {

void fuzz(std::string_view input) {
  if (input.empty()) return;
  const bool head_only = (input.front() & 1) != 0;
  input.remove_prefix(1);
  constexpr http::Limits kLimits{
      .request_line = 256, .head = 2048, .header_value = 512, .headers = 16, .body = 4096};
  http::ResponseView view;
  const auto parsed = http::parse_response_head(input, head_only, kLimits, view);
  if (!parsed || view.size == 0) return;
  expect(view.size <= input.size(), "the head is within what came");
  expect(view.status >= 100 && view.status <= 999, "a status has three digits");
  unsigned lengths = 0, codings = 0;
  for (const auto& header : view.headers()) {
    lengths += header.id == http::HeaderId::ContentLength;
    codings += header.id == http::HeaderId::TransferEncoding;
  }
  expect(lengths == 0 || codings == 0, "one way of telling the length");
  http::Response response(view.status);
  upstream::copy_answer_fields(view, response);
  std::string_view lines = response.fields();
  while (!lines.empty()) {
    const auto end = lines.find("\r\n");
    expect(end != lines.npos, "a field ends in CR LF");
    const auto line = lines.substr(0, end);
    expect(line.find_first_of(std::string_view("\r\n\0", 3)) == line.npos, "a field is clean");
    expect(line.find(':') != line.npos && line.find(':') > 0, "a field has a name");
    lines.remove_prefix(end + 2);
  }
}

}  // namespace jianmen::fuzz
