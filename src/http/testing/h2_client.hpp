#pragma once
// For the tests of HTTP/2: a blocking client by nghttp2 that asks for as many streams as it likes.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nghttp2/nghttp2.h>

#include "http/testing/server_fixture.hpp"

namespace jianmen::http::testing {

class H2Client {
 public:
  struct Answer {
    int status = 0;
    std::vector<int> interim;
    std::map<std::string, std::string> fields;
    std::string body;
    bool closed = false;
    std::uint32_t error = 0;  // of RST_STREAM
  };
  using Fields = std::vector<std::pair<std::string, std::string>>;

  explicit H2Client(const std::string& url, std::uint32_t window = 1 << 20) : raw_(url) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_session_client_new(&session_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &entry, 1);
  }
  ~H2Client() { nghttp2_session_del(session_); }
  H2Client(const H2Client&) = delete;
  H2Client& operator=(const H2Client&) = delete;

  enum class Body { Whole, Open };  // Open: no END_STREAM after it

  std::int32_t ask(const std::string& path, const std::string& method = "GET",
                   const std::string& body = "", Body end = Body::Whole, const Fields& more = {}) {
    Fields fields{{":method", method}, {":scheme", "http"}, {":authority", "x"}, {":path", path}};
    fields.insert(fields.end(), more.begin(), more.end());
    std::vector<nghttp2_nv> pairs;
    for (auto& [name, value] : fields) {
      pairs.push_back({reinterpret_cast<std::uint8_t*>(name.data()),
                       reinterpret_cast<std::uint8_t*>(value.data()), name.size(), value.size(),
                       NGHTTP2_NV_FLAG_NONE});
    }
    const bool has_body = !body.empty() || end == Body::Open;
    nghttp2_data_provider provider{{.ptr = nullptr}, read_body};
    const std::int32_t id = nghttp2_submit_request(session_, nullptr, pairs.data(), pairs.size(),
                                                   has_body ? &provider : nullptr, nullptr);
    bodies_[id] = {body, end};
    return id;
  }
  void reset(std::int32_t id) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  }
  void ping() { nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr); }
  RawClient& raw() { return raw_; }

  void flush() {
    const std::uint8_t* data = nullptr;
    while (true) {
      const auto size = nghttp2_session_mem_send(session_, &data);
      if (size <= 0) return;
      // The server may have closed: that is seen when reading.
      (void)!::send(raw_.fd(), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    }
  }
  // Sends and reads until the stream is closed, the connection ends or GOAWAY says that it will.
  Answer& wait(std::int32_t id) {
    while (!answers_[id].closed && turn()) {
    }
    return answers_[id];
  }
  Answer& wait_for_interim(std::int32_t id) {
    while (answers_[id].interim.empty() && !answers_[id].closed && turn()) {
    }
    return answers_[id];
  }
  Answer& fetch(const std::string& path, const std::string& method = "GET",
                const std::string& body = "") {
    return wait(ask(path, method, body));
  }
  // Until the connection ends.
  void drain() {
    while (turn()) {
    }
  }
  bool turn() {
    flush();
    char buffer[65536];
    const ssize_t got = ::recv(raw_.fd(), buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    nghttp2_session_mem_recv(session_, reinterpret_cast<std::uint8_t*>(buffer),
                             static_cast<std::size_t>(got));
    return true;
  }

  std::vector<std::pair<std::uint32_t, std::int32_t>> goaways;  // error, last stream
  std::vector<std::int32_t> order;                              // of the streams' ends

 private:
  static H2Client& self(void* user) { return *static_cast<H2Client*>(user); }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                       std::uint8_t, void* user) {
    Answer& answer = self(user).answers_[frame->hd.stream_id];
    const std::string key(reinterpret_cast<const char*>(name), name_size);
    const std::string text(reinterpret_cast<const char*>(value), value_size);
    if (key == ":status" && text[0] == '1') {
      answer.interim.push_back(std::stoi(text));
    } else if (key == ":status") {
      answer.status = std::stoi(text);
    } else {
      answer.fields[key] = text;
    }
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      self(user).goaways.emplace_back(frame->goaway.error_code, frame->goaway.last_stream_id);
    }
    return 0;
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                     std::size_t size, void* user) {
    self(user).answers_[id].body.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user) {
    self(user).answers_[id].closed = true;
    self(user).answers_[id].error = error;
    self(user).order.push_back(id);
    return 0;
  }
  static ssize_t read_body(nghttp2_session*, std::int32_t id, std::uint8_t* to, std::size_t room,
                           std::uint32_t* flags, nghttp2_data_source*, void* user) {
    auto& [body, end] = self(user).bodies_[id];
    const std::size_t bytes = std::min(room, body.size());
    if (bytes == 0 && end == Body::Open) return NGHTTP2_ERR_DEFERRED;
    body.copy(reinterpret_cast<char*>(to), bytes);
    body.erase(0, bytes);
    if (body.empty() && end == Body::Whole) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(bytes);
  }

  RawClient raw_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Answer> answers_;
  std::map<std::int32_t, std::pair<std::string, Body>> bodies_;
};

}  // namespace jianmen::http::testing
