// What nghttp2 tells about the frames that came and went, and how it is set up.

#include <algorithm>

#include <nghttp2/nghttp2.h>

#include "http/h2/connection.hpp"

namespace jianmen::http::h2 {

namespace {

constexpr std::size_t kTinyData = 64;  // DATA that is smaller and not the last counts as control
constexpr std::size_t kMaxContinuations = 8;
constexpr std::size_t kMaxSettings = 32;             // entries of a SETTINGS frame
constexpr std::size_t kMaxAcknowledgements = 1'000;  // not yet read by the client

bool is_request(const nghttp2_frame& frame) {
  return frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST;
}

std::string_view text_of(nghttp2_rcbuf* buffer) {
  const nghttp2_vec bytes = nghttp2_rcbuf_get_buf(buffer);
  return {reinterpret_cast<const char*>(bytes.base), bytes.len};
}

}  // namespace

// The functions that nghttp2 calls; `user` is the connection.
struct Callbacks {
  static Connection& connection(void* user) { return *static_cast<Connection*>(user); }

  static Exchange* find(nghttp2_session* session, std::int32_t stream_id) {
    return static_cast<Exchange*>(nghttp2_session_get_stream_user_data(session, stream_id));
  }

  // RFC 9113 section 5.1.1: a stream below the last one that was never opened. nghttp2 would ignore
  // it.
  static int begin_frame(nghttp2_session* session, const nghttp2_frame_hd* head, void* user) {
    auto& self = connection(user);
    const bool stale = head->type == NGHTTP2_HEADERS && head->stream_id <= self.last_stream_ &&
                       !nghttp2_session_find_stream(session, head->stream_id) &&
                       !std::ranges::count(self.cut_short_, head->stream_id);
    if (stale) self.end_with(NGHTTP2_PROTOCOL_ERROR);
    return 0;
  }

  static int begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    auto& self = connection(user);
    self.head_began_ = self.now();
    if (!is_request(*frame)) return 0;
    self.last_stream_ = frame->hd.stream_id;
    nghttp2_session_set_stream_user_data(session, frame->hd.stream_id,
                                         self.open(frame->hd.stream_id));
    return 0;
  }

  static int header(nghttp2_session* session, const nghttp2_frame* frame, nghttp2_rcbuf* name,
                    nghttp2_rcbuf* value, std::uint8_t, void* user) {
    if (!is_request(*frame)) return 0;  // trailers: nothing here asks for them
    auto& self = connection(user);
    Exchange* exchange = find(session, frame->hd.stream_id);
    if (!exchange || exchange->state != Exchange::State::Receiving) return 0;
    const bool bearable =
        exchange->take_field(text_of(name), text_of(value), self.parts_.settings.limits);
    return bearable ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  // By default nghttp2 drops such a field and goes on; what was signed would no longer be what is
  // served.
  static int invalid_header(nghttp2_session* session, const nghttp2_frame* frame, nghttp2_rcbuf*,
                            nghttp2_rcbuf*, std::uint8_t, void*) {
    Exchange* exchange = find(session, frame->hd.stream_id);
    if (!exchange || !is_request(*frame)) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    exchange->refuse(400, "malformed header field");
    return 0;
  }

  static int frame_received(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    auto& self = connection(user);
    self.head_began_ = net::kNoDeadline;  // no other frame comes within a head
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    Exchange* const exchange =
        frame->hd.stream_id == 0 ? nullptr : find(session, frame->hd.stream_id);
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        if (!exchange) break;
        if (is_request(*frame)) {
          self.head_received(*exchange);
          const bool waits = exchange->state == Exchange::State::Receiving &&
                             exchange->expects_continue() && !ends;
          if (waits) send_continue(session, frame->hd.stream_id);
        }
        if (ends) self.request_received(*exchange);
        break;
      case NGHTTP2_DATA:
        if (ends) {
          if (exchange) self.request_received(*exchange);
        } else if (frame->hd.length < kTinyData) {
          return afford(self);
        }
        break;
      default:
        return afford(self);
    }
    return 0;
  }

  static int invalid_frame(nghttp2_session*, const nghttp2_frame*, int, void* user) {
    connection(user).head_began_ = net::kNoDeadline;
    return afford(connection(user));
  }

  static int afford(Connection& self) {
    return self.spend_control_frame() ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  static void send_continue(nghttp2_session* session, std::int32_t stream_id) {
    std::uint8_t name[] = ":status", value[] = "100";
    const nghttp2_nv status{name, value, sizeof name - 1, sizeof value - 1, NGHTTP2_NV_FLAG_NONE};
    nghttp2_submit_headers(session, NGHTTP2_FLAG_NONE, stream_id, nullptr, &status, 1, nullptr);
  }

  static int data(nghttp2_session* session, std::uint8_t, std::int32_t stream_id,
                  const std::uint8_t* bytes, std::size_t size, void* user) {
    Exchange* exchange = find(session, stream_id);
    if (exchange) {
      connection(user).body_received(*exchange, {reinterpret_cast<const char*>(bytes), size});
    }
    return 0;
  }

  static int frame_sent(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_DATA) connection(user).earn_control_frames(4);
    const bool answered = (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) &&
                          (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    Exchange* const exchange = answered ? find(session, frame->hd.stream_id) : nullptr;
    if (exchange && nghttp2_session_get_stream_remote_close(session, frame->hd.stream_id) == 0) {
      connection(user).answered_early(*exchange);
    }
    return 0;
  }

  static int stream_closed(nghttp2_session* session, std::int32_t stream_id, std::uint32_t,
                           void* user) {
    auto& self = connection(user);
    if (nghttp2_session_get_stream_remote_close(session, stream_id) == 0) {
      self.cut_short_[self.cut_short_at_++ % self.cut_short_.size()] = stream_id;
    }
    Exchange* exchange = find(session, stream_id);
    if (exchange) self.closed(*exchange);
    return 0;
  }
};

void Connection::SessionEnd::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

bool Connection::open_session() {
  const Http2Settings& settings = parts_.settings.http2;
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* options = nullptr;
  nghttp2_session* session = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&options) == 0) {
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, Callbacks::begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, Callbacks::begin_headers);
    nghttp2_session_callbacks_set_on_header_callback2(callbacks, Callbacks::header);
    nghttp2_session_callbacks_set_on_invalid_header_callback2(callbacks, Callbacks::invalid_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::frame_received);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks,
                                                                 Callbacks::invalid_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::data);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, Callbacks::frame_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::stream_closed);
    nghttp2_option_set_max_continuations(options, kMaxContinuations);
    nghttp2_option_set_max_settings(options, kMaxSettings);
    nghttp2_option_set_max_outbound_ack(options, kMaxAcknowledgements);
    nghttp2_option_set_stream_reset_rate_limit(options, settings.resets,
                                               settings.resets_per_second);
    nghttp2_session_server_new2(&session, callbacks, this, options);
  }
  nghttp2_option_del(options);
  nghttp2_session_callbacks_del(callbacks);
  session_.reset(session);
  if (!session) return false;
  const std::array<nghttp2_settings_entry, 3> entries{
      {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.streams},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings.stream_window},
       {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
        static_cast<std::uint32_t>(parts_.settings.limits.head)}}};
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, entries.data(), entries.size());
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0,
                                        static_cast<std::int32_t>(settings.connection_window));
  if (draining_) {
    draining_ = false;
    drain();
  }
  return true;
}

}  // namespace jianmen::http::h2
