// An answer as frames: the fields of a Response in lower case, without those that HTTP/2 forbids,
// and its body as a data source that reads from it.

#include <algorithm>
#include <charconv>

#include <nghttp2/nghttp2.h>

#include "base/encoding.hpp"
#include "http/h2/connection.hpp"

namespace jianmen::http::h2 {

namespace {

// nghttp2 copies names (in lower case) and values.
nghttp2_nv pair(std::string_view name, std::string_view value, bool indexed) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  const std::uint8_t flags = indexed ? NGHTTP2_NV_FLAG_NONE : NGHTTP2_NV_FLAG_NO_INDEX;
  return {bytes(name), bytes(value), name.size(), value.size(), flags};
}

// RFC 9113 section 8.2.2; Content-Length and Date are the session's.
bool is_left_out(std::string_view name) {
  constexpr std::array<std::string_view, 5> kConnectionFields = {
      "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade"};
  return std::ranges::any_of(kConnectionFields, [&](std::string_view field) {
    return base::equals_ignore_case(name, field);
  });
}

// Secrets, and what is another with every answer, are kept out of the compressor's table.
bool is_indexed(std::string_view name) {
  return !base::equals_ignore_case(name, "X-Subject-Token") &&
         !base::equals_ignore_case(name, "X-Request-Id");
}

void append_lines(std::vector<nghttp2_nv>& fields, std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t colon = lines.find(':');
    const std::size_t end = lines.find("\r\n", colon);
    if (colon == lines.npos || end == lines.npos) return;
    const std::string_view name = lines.substr(0, colon);
    const std::string_view value = base::trim(lines.substr(colon + 1, end - colon - 1));
    if (!is_left_out(name)) fields.push_back(pair(name, value, is_indexed(name)));
    lines.remove_prefix(end + 2);
  }
}

ssize_t read_body(nghttp2_session*, std::int32_t, std::uint8_t* to, std::size_t room,
                  std::uint32_t* flags, nghttp2_data_source* source, void* user) {
  auto& exchange = *static_cast<Exchange*>(source->ptr);
  const std::string& body = exchange.response.body();
  const std::size_t bytes = std::min(room, body.size() - exchange.sent);
  if (bytes == 0 && exchange.streaming) return NGHTTP2_ERR_DEFERRED;
  body.copy(reinterpret_cast<char*>(to), bytes, exchange.sent);
  exchange.sent += bytes;
  auto& connection = *static_cast<Connection*>(user);
  exchange.progress = connection.now();
  if (exchange.sent == body.size()) connection.wake_stream(exchange);
  if (exchange.sent == body.size() && !exchange.streaming) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(bytes);
}

}  // namespace

void Connection::answer(Exchange& exchange) {
  exchange.state = Exchange::State::Answering;
  drop_body(exchange);
  exchange.began = exchange.progress = now();
  const Response& response = exchange.response;
  if (response.drops()) {
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, exchange.stream_id,
                              NGHTTP2_INTERNAL_ERROR);
    return;
  }
  std::array<char, 8> status{};
  std::array<char, 24> length{};
  const auto text = [](auto& to, std::size_t number) {
    const auto end = std::to_chars(to.data(), to.data() + to.size(), number).ptr;
    return std::string_view(to.data(), static_cast<std::size_t>(end - to.data()));
  };
  std::vector<nghttp2_nv> fields;
  fields.reserve(24);
  fields.push_back(
      pair(":status", text(status, static_cast<std::size_t>(response.status())), true));
  const bool without_body = detail::has_no_body(response.status());
  if (!without_body && (!response.stream() || response.stream_length())) {
    const std::uint64_t size = response.stream_length().value_or(response.body().size());
    fields.push_back(pair("content-length", text(length, size), true));
  }
  append_lines(fields, parts_.date.at(now()));
  append_lines(fields, response.fields());
  nghttp2_data_provider provider{{.ptr = &exchange}, read_body};
  exchange.streaming = response.stream() && !without_body && !exchange.is_head();
  const bool sends_body =
      exchange.streaming || (!without_body && !exchange.is_head() && !response.body().empty());
  if (nghttp2_submit_response(session_.get(), exchange.stream_id, fields.data(), fields.size(),
                              sends_body ? &provider : nullptr) != 0) {
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, exchange.stream_id,
                              NGHTTP2_INTERNAL_ERROR);
  }
}

void Connection::answer_refusal(Exchange& exchange, int status, std::string_view reason) {
  any_request_ = true;
  exchange.response = parts_.handler.refuse(status, reason);
  answer(exchange);
}

}  // namespace jianmen::http::h2
