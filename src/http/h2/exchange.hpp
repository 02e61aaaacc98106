#pragma once
// One request of an HTTP/2 connection and its answer. Its bytes are its own, so that the Request's
// views hold until the answer is finished, whatever becomes of the stream. Pooled by the worker:
// what was allocated serves the next one. Thread safety: belongs to one loop.

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/limits.hpp"
#include "http/message.hpp"
#include "net/timer.hpp"

namespace jianmen::http::h2 {

class Exchange {
 public:
  void begin(std::int32_t stream_id, net::Deadline now);
  void reset();  // for the next one

  // A field of the request's head, pseudo or not, as it comes; false when a connection that sends
  // so much deserves no answer any more.
  bool take_field(std::string_view name, std::string_view value, const Limits& limits);
  // The head is complete: what it lacks or contradicts is refused.
  void finish_head(const Limits& limits);
  // The request is complete.
  void finish(std::string_view peer, bool secure);

  // The first reason wins; the answer to it is a refusal with that status.
  void refuse(int status, std::string_view reason);
  bool refused() const { return refusal_status_ != 0; }
  int refusal_status() const { return refusal_status_; }
  std::string_view refusal() const { return refusal_; }
  bool is_head() const { return view(method_) == "HEAD"; }
  bool expects_continue() const { return expects_continue_; }

  // Draining: answered before all was received; the rest is thrown away.
  enum class State : std::uint8_t { Receiving, Ready, Running, Answering, Draining };

  std::int32_t stream_id = 0;  // 0: the stream is gone, and nobody waits for the answer
  State state = State::Receiving;
  net::Deadline began{};     // of receiving, then of answering
  net::Deadline progress{};  // when a byte last came, or went
  std::string body;
  Request request;
  Response response;
  std::size_t sent = 0;  // bytes of the response's body
  // The answer is a BodyStream: pieces still come; the response's body is the last of them.
  bool streaming = false;
  std::coroutine_handle<> piece_awaiter;
  struct PieceSent;
  PieceSent piece_sent();     // or the stream is gone
  std::size_t discarded = 0;  // bytes of the request's body that nobody wants
  Exchange* next = nullptr;
  Exchange* previous = nullptr;

 private:
  struct Piece {
    std::uint32_t at = 0, size = 0;  // in text_
    bool given = false;
  };
  struct Field {
    Piece name, value;
    HeaderId id;
  };
  Piece keep(std::string_view text);
  std::string_view view(Piece piece) const { return {text_.data() + piece.at, piece.size}; }
  void take_known(HeaderId id, std::string_view value, const Limits& limits);
  void check_target();
  void check_host();

  std::string text_;  // names and values
  std::string cookie_;
  std::vector<Field> fields_;
  std::vector<Header> headers_;
  Piece method_, path_, authority_, host_;
  std::size_t head_bytes_ = 0;
  std::size_t field_count_ = 0;
  int refusal_status_ = 0;
  std::string_view refusal_;  // a literal
  bool expects_continue_ = false;
};

struct Exchange::PieceSent {
  Exchange& exchange;
  bool await_ready() const {
    return exchange.sent >= exchange.response.body().size() || exchange.stream_id == 0;
  }
  void await_suspend(std::coroutine_handle<> handle) const { exchange.piece_awaiter = handle; }
  void await_resume() const {}
};

inline Exchange::PieceSent Exchange::piece_sent() { return {*this}; }

}  // namespace jianmen::http::h2
