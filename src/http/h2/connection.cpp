#include "http/h2/connection.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <nghttp2/nghttp2.h>

#include "base/log.hpp"
#include "http/body_stream.hpp"
#include "net/spawn.hpp"
#include "net/timer.hpp"

namespace jianmen::http::h2 {

namespace {

// So much is made ready to be written at a time; a frame more may be.
constexpr std::size_t kOutput = 64 * 1024;
constexpr std::size_t kMaxLinger = 1'048'576;
// Between "no new streams, please" and the last stream's number: what was on its way is answered.
constexpr std::chrono::milliseconds kGoawayDelay{100};
constexpr std::size_t kFramesOfARequest = 20;

net::SteadyClock::duration time_at_rate(std::size_t bytes, const ServerSettings& settings) {
  return std::chrono::seconds(bytes / std::max<std::size_t>(settings.min_rate, 1));
}

}  // namespace

Connection::Connection(WorkerParts& parts, net::Stream& stream, std::string_view peer)
    : parts_(parts),
      stream_(stream),
      peer_(peer),
      control_frames_(parts.settings.http2.control_frames),
      control_frames_at_(stream.loop().now()),
      idle_since_(stream.loop().now()),
      write_progress_(stream.loop().now()) {}

Connection::~Connection() = default;

net::Task<void> Connection::run(std::string received) {
  if (!open_session()) co_return;
  in_turn_ = true;
  bool alive = received.empty() || feed(received);
  received = std::string();
  bool orderly = false;
  while (true) {
    if (alive) start_ready();
    if (!collect_output()) break;
    const std::string_view output = std::string_view(output_).substr(output_at_);
    if (output.empty() && (!alive || is_finished())) {
      orderly = true;
      break;
    }
    const auto room = parts_.input();
    const net::Deadline deadline = next_deadline();
    in_turn_ = false;
    net::Moved moved;
    if (output.empty()) {
      const net::IoResult got = co_await stream_.read_some(room, deadline);
      moved = {got.status, 0, got.bytes};
    } else {
      moved = co_await stream_.write_or_read(output, room, deadline);
    }
    in_turn_ = true;
    written(moved.written);
    const bool goes_on = moved.status == net::IoStatus::Ok ||
                         moved.status == net::IoStatus::Timeout ||
                         (moved.status == net::IoStatus::Cancelled && !stream_.loop().cancelled());
    if (!goes_on) break;
    if (alive && moved.read > 0) alive = feed({room.data(), moved.read});
    const net::Deadline now = stream_.loop().now();
    if (!output_.empty() &&
        now >= net::after(write_progress_, parts_.settings.write_stall_timeout)) {
      break;
    }
    if (alive) alive = expire(now);
  }
  in_turn_ = true;  // what ends from here on wakes nobody but Quiet
  while (exchanges_) closed(*exchanges_);
  session_.reset();
  output_ = std::string();
  if (orderly) co_await linger();
  in_turn_ = false;
  co_await Quiet{*this};
}

bool Connection::feed(std::string_view received) {
  const auto used = nghttp2_session_mem_recv(
      session_.get(), reinterpret_cast<const std::uint8_t*>(received.data()), received.size());
  if (used == static_cast<ssize_t>(received.size())) {
    return true;
  }
  if (used == NGHTTP2_ERR_BAD_CLIENT_MAGIC) {
    end_with(NGHTTP2_PROTOCOL_ERROR);
  } else {
    end_with(used == NGHTTP2_ERR_NOMEM ? NGHTTP2_INTERNAL_ERROR : NGHTTP2_ENHANCE_YOUR_CALM);
  }
  return false;
}

void Connection::end_with(std::uint32_t error_code) {
  nghttp2_session_terminate_session(session_.get(), error_code);
}

bool Connection::is_finished() const {
  return !nghttp2_session_want_read(session_.get()) && !nghttp2_session_want_write(session_.get());
}

void Connection::start_ready() {
  for (std::size_t i = 0; i < ready_.size(); ++i) {
    Exchange& exchange = *ready_[i];
    if (running_ >= parts_.settings.http2.streams) {
      // Streams that were reset still keep their handlers.
      reset(exchange, NGHTTP2_REFUSED_STREAM);
      continue;
    }
    exchange.state = Exchange::State::Running;
    ++running_;
    exchange.finish(peer_, stream_.secure());
    net::spawn(serve(exchange), "stream");
  }
  ready_.clear();
}

net::Task<void> Connection::serve(Exchange& exchange) {
  bool failed = false;
  try {
    exchange.response = co_await parts_.handler.handle(exchange.request);
  } catch (const std::exception& error) {
    failed = true;
    base::log::error(std::string("handler threw error=\"") + error.what() + "\"");
  }
  if (exchange.stream_id == 0) {
    release(exchange);
  } else if (failed) {
    answer_refusal(exchange, 500, "the handler failed");
  } else {
    answer(exchange);
    if (exchange.streaming) co_await stream_body(exchange);
  }
  --running_;
  wake();
}

// As long as it goes on, the exchange is kept, whatever becomes of the stream. A piece is asked for
// when the last one has gone.
net::Task<void> Connection::stream_body(Exchange& exchange) {
  wake();
  Response& response = exchange.response;
  bool broken = false;
  try {
    while (exchange.stream_id != 0 && (!draining_ || response.stream()->has_end()) &&
           !stream_.loop().cancelled()) {
      co_await exchange.piece_sent();
      if (exchange.stream_id == 0) break;
      auto piece = co_await response.stream()->next();
      if (!piece) {
        broken = response.stream()->failed();
        break;
      }
      if (piece->empty() || exchange.stream_id == 0) continue;
      response.body() = std::move(*piece);
      exchange.sent = 0;
      exchange.progress = now();
      nghttp2_session_resume_data(session_.get(), exchange.stream_id);
      wake();
    }
  } catch (const std::exception& error) {
    base::log::error(std::string("a body's stream threw error=\"") + error.what() + "\"");
  }
  exchange.streaming = false;
  if (exchange.stream_id == 0) {
    release(exchange);
    co_return;
  }
  if (broken) {
    reset(exchange, NGHTTP2_INTERNAL_ERROR);  // the client must not take it for the whole
    co_return;
  }
  exchange.began = exchange.progress = now();
  nghttp2_session_resume_data(session_.get(), exchange.stream_id);
}

// Later: whoever calls may be in the middle of nghttp2.
void Connection::wake_stream(Exchange& exchange) {
  if (!exchange.piece_awaiter) return;
  stream_.loop().post(
      [waiting = std::exchange(exchange.piece_awaiter, nullptr)] { waiting.resume(); });
}

void Connection::wake() {
  if (in_turn_ || wake_posted_) return;
  wake_posted_ = true;
  stream_.loop().post([this] { woken(); });
}

void Connection::woken() {
  wake_posted_ = false;
  if (quiet_awaiter_) {
    if (is_quiet()) std::exchange(quiet_awaiter_, nullptr).resume();  // ends this connection
    return;
  }
  if (!in_turn_) stream_.cancel();
}

void Connection::drain() {
  if (std::exchange(draining_, true) || !session_) return;
  nghttp2_submit_shutdown_notice(session_.get());
  goaway_at_ = net::after(stream_.loop().now(), kGoawayDelay);
  wake();
}

bool Connection::collect_output() {
  if (output_.empty()) output_.swap(parts_.output);
  while (output_.size() - output_at_ < kOutput) {
    const std::uint8_t* frame = nullptr;
    const auto size = nghttp2_session_mem_send(session_.get(), &frame);
    if (size < 0) return false;
    if (size == 0) break;
    if (output_.empty()) write_progress_ = stream_.loop().now();
    output_.append(reinterpret_cast<const char*>(frame), static_cast<std::size_t>(size));
  }
  if (output_.empty()) {
    if (output_.capacity() > parts_.output.capacity()) output_.swap(parts_.output);
    output_ = std::string();
  }
  return true;
}

void Connection::written(std::size_t bytes) {
  if (bytes == 0) return;
  write_progress_ = stream_.loop().now();
  output_at_ += bytes;
  if (output_at_ == output_.size()) {
    output_.clear();
    output_at_ = 0;
  } else if (output_at_ >= kOutput) {
    output_.erase(0, output_at_);
    output_at_ = 0;
  }
}

net::Deadline Connection::deadline_of(const Exchange& exchange) const {
  const ServerSettings& settings = parts_.settings;
  switch (exchange.state) {
    case Exchange::State::Receiving:
      return std::min(net::after(exchange.progress, settings.body_idle_timeout),
                      net::after(exchange.began, settings.body_idle_timeout +
                                                     time_at_rate(exchange.body.size(), settings)));
    case Exchange::State::Answering:
      if (exchange.streaming) {
        const bool waits = exchange.sent < exchange.response.body().size();
        return waits ? net::after(exchange.progress, settings.write_stall_timeout)
                     : net::kNoDeadline;
      }
      return std::min(
          net::after(exchange.progress, settings.write_stall_timeout),
          net::after(exchange.began, settings.write_stall_timeout +
                                         time_at_rate(exchange.response.body().size(), settings)));
    case Exchange::State::Draining:
      return std::min(net::after(exchange.progress, settings.linger_timeout),
                      net::after(exchange.began, settings.linger_timeout +
                                                     time_at_rate(exchange.discarded, settings)));
    default:
      return net::kNoDeadline;
  }
}

net::Deadline Connection::next_deadline() const {
  const ServerSettings& settings = parts_.settings;
  net::Deadline next = goaway_at_;
  if (!output_.empty()) {
    next = std::min(next, net::after(write_progress_, settings.write_stall_timeout));
  }
  if (open_ == 0) {
    next = std::min(next, net::after(idle_since_, any_request_ ? settings.keep_alive_timeout
                                                               : settings.head_timeout));
  }
  if (head_began_ != net::kNoDeadline) {
    next = std::min(next, net::after(head_began_, settings.head_timeout));
  }
  for (const Exchange* exchange = exchanges_; exchange; exchange = exchange->next) {
    next = std::min(next, deadline_of(*exchange));
  }
  return next;
}

bool Connection::expire(net::Deadline now) {
  const ServerSettings& settings = parts_.settings;
  if (now >= goaway_at_) {
    goaway_at_ = net::kNoDeadline;
    nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(session_.get()), NGHTTP2_NO_ERROR,
                          nullptr, 0);
  }
  const auto idle = any_request_ ? settings.keep_alive_timeout : settings.head_timeout;
  const bool head_too_slow =
      head_began_ != net::kNoDeadline && now >= net::after(head_began_, settings.head_timeout);
  if (head_too_slow || (open_ == 0 && now >= net::after(idle_since_, idle))) {
    end_with(head_too_slow ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_NO_ERROR);
    return false;
  }
  for (Exchange* exchange = exchanges_; exchange; exchange = exchange->next) {
    if (now < deadline_of(*exchange)) continue;
    if (exchange->state == Exchange::State::Receiving) {
      answer_refusal(*exchange, 408, "request body not received in time");
    } else {
      const bool answered = exchange->state == Exchange::State::Draining;
      reset(*exchange, answered ? NGHTTP2_NO_ERROR : NGHTTP2_CANCEL);
    }
  }
  return true;
}

bool Connection::spend_control_frame() {
  const net::Deadline now = stream_.loop().now();
  const Http2Settings& settings = parts_.settings.http2;
  const double seconds = std::chrono::duration<double>(now - control_frames_at_).count();
  control_frames_at_ = now;
  control_frames_ = std::min<double>(
      settings.control_frames, control_frames_ + seconds * settings.control_frames_per_second);
  control_frames_ -= 1;
  return control_frames_ >= 0;
}

void Connection::earn_control_frames(std::size_t frames) {
  control_frames_ = std::min<double>(parts_.settings.http2.control_frames,
                                     control_frames_ + static_cast<double>(frames));
}

void Connection::request_received(Exchange& exchange) {
  if (exchange.state != Exchange::State::Receiving) return;
  any_request_ = true;
  earn_control_frames(kFramesOfARequest);
  exchange.state = Exchange::State::Ready;
  ready_.push_back(&exchange);
}

Exchange* Connection::open(std::int32_t stream_id) {
  Exchange& exchange = *parts_.borrow().release();
  exchange.begin(stream_id, stream_.loop().now());
  exchange.next = exchanges_;
  if (exchanges_) exchanges_->previous = &exchange;
  exchanges_ = &exchange;
  ++open_;
  return &exchange;
}

void Connection::head_received(Exchange& exchange) {
  exchange.finish_head(parts_.settings.limits);
  if (exchange.refused()) {
    answer_refusal(exchange, exchange.refusal_status(), exchange.refusal());
  }
}

// To reset the stream at once (RFC 9113 section 8.1 allows it) makes curl and httpx lose the
// answer: so the rest may come for a while, as with HTTP/1.1.
void Connection::answered_early(Exchange& exchange) {
  exchange.state = Exchange::State::Draining;
  exchange.began = exchange.progress = now();
}

void Connection::reset(Exchange& exchange, std::uint32_t error_code) {
  exchange.state = Exchange::State::Answering;
  exchange.progress = exchange.began = net::kNoDeadline;  // once is enough
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, exchange.stream_id, error_code);
}

void Connection::body_received(Exchange& exchange, std::string_view piece) {
  const ServerSettings& settings = parts_.settings;
  if (exchange.state != Exchange::State::Receiving) {
    exchange.discarded += piece.size();
    if (exchange.state == Exchange::State::Draining) {
      exchange.progress = now();
      if (exchange.discarded > 2 * settings.limits.body) reset(exchange, NGHTTP2_NO_ERROR);
    }
    return;
  }
  if (piece.size() > settings.limits.body - exchange.body.size()) {
    return answer_refusal(exchange, 413, "body too large");
  }
  if (parts_.buffered + piece.size() > settings.max_buffered ||
      body_bytes_ + piece.size() > settings.http2.buffered_bodies * settings.limits.body) {
    return answer_refusal(exchange, 503, "too many large bodies at once");
  }
  exchange.body.append(piece);
  exchange.progress = stream_.loop().now();
  parts_.buffered += piece.size();
  body_bytes_ += piece.size();
}

// The stream is gone. A handler that still works on it keeps the exchange until it ends.
void Connection::closed(Exchange& exchange) {
  (exchange.previous ? exchange.previous->next : exchanges_) = exchange.next;
  if (exchange.next) exchange.next->previous = exchange.previous;
  exchange.next = exchange.previous = nullptr;
  exchange.stream_id = 0;
  wake_stream(exchange);
  if (--open_ == 0) idle_since_ = stream_.loop().now();
  if (exchange.state == Exchange::State::Ready) std::erase(ready_, &exchange);
  if (exchange.state != Exchange::State::Running && !exchange.streaming) release(exchange);
}

void Connection::drop_body(Exchange& exchange) {
  parts_.buffered -= exchange.body.size();
  body_bytes_ -= exchange.body.size();
  exchange.body = std::string();
}

void Connection::release(Exchange& exchange) {
  drop_body(exchange);
  parts_.give_back(std::unique_ptr<Exchange>(&exchange));
}

// To close with unread bytes would reset the connection, and GOAWAY with it might be lost.
net::Task<void> Connection::linger() {
  stream_.shutdown_write();
  const auto deadline = net::after(stream_.loop().now(), parts_.settings.linger_timeout);
  for (std::size_t dropped = 0; dropped < kMaxLinger;) {
    const net::IoResult got = co_await stream_.read_some(parts_.input(), deadline);
    if (!got) co_return;
    dropped += got.bytes;
  }
}

}  // namespace jianmen::http::h2
