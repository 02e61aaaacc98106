#pragma once
// One HTTP/2 connection (RFC 9113) by nghttp2: its streams are answered by the same Handler as
// HTTP/1.1's requests, interleaved on the connection's loop. One task reads and writes; what the
// handlers answered in one turn goes out in one write. A stream that the client resets does not
// stop its handler: the answer is dropped, and the handler counts as a stream until it ends. Only
// this folder knows nghttp2. Thread safety: everything belongs to one loop.

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/detail/response_head.hpp"
#include "http/h2/exchange.hpp"
#include "http/handler.hpp"
#include "http/server_settings.hpp"
#include "net/stream.hpp"

struct nghttp2_session;

namespace jianmen::http::h2 {

struct Callbacks;

// With what a client begins that knows already that the server speaks HTTP/2 (section 3.4).
inline constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// What the connections of one worker share.
class WorkerParts {
 public:
  WorkerParts(Handler& the_handler, const ServerSettings& the_settings, detail::DateLine& the_date,
              std::size_t& the_buffered)
      : handler(the_handler), settings(the_settings), date(the_date), buffered(the_buffered) {}

  std::unique_ptr<Exchange> borrow();
  void give_back(std::unique_ptr<Exchange> exchange);
  // For what one read brings; it is used up before anything else runs.
  std::span<char> input();

  Handler& handler;
  const ServerSettings& settings;
  detail::DateLine& date;
  std::size_t& buffered;  // bytes of large messages that the worker holds
  std::string output;     // room for what is written, of whoever needs it next

 private:
  static constexpr std::size_t kInput = 64 * 1024;
  static constexpr std::size_t kKeep = 128;
  std::unique_ptr<std::array<char, kInput>> input_;
  std::vector<std::unique_ptr<Exchange>> free_;
};

class Connection {
 public:
  Connection(WorkerParts& parts, net::Stream& stream, std::string_view peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  net::Task<void> run(std::string received);  // what came already, beginning with the preface
  // No new streams: GOAWAY, then what runs is finished.
  void drain();
  bool is_idle_since(net::Deadline time) const { return open_ == 0 && idle_since_ <= time; }
  net::Deadline now() const { return stream_.loop().now(); }
  // The last piece of a streamed body has gone, or nobody wants it: its maker goes on.
  void wake_stream(Exchange& exchange);

 private:
  friend struct Callbacks;
  struct SessionEnd {
    void operator()(nghttp2_session* session) const;
  };
  // Waits until no handler runs and no wake-up is under way.
  struct Quiet {
    Connection& connection;
    bool await_ready() const { return connection.is_quiet(); }
    void await_suspend(std::coroutine_handle<> handle) { connection.quiet_awaiter_ = handle; }
    void await_resume() const {}
  };

  bool open_session();
  bool feed(std::string_view received);
  void start_ready();
  net::Task<void> serve(Exchange& exchange);
  net::Task<void> stream_body(Exchange& exchange);
  net::Task<void> linger();
  void answer(Exchange& exchange);
  void answer_refusal(Exchange& exchange, int status, std::string_view reason);
  bool collect_output();
  void written(std::size_t bytes);
  bool is_finished() const;
  bool is_quiet() const { return running_ == 0 && !wake_posted_; }
  void wake();
  void woken();

  net::Deadline next_deadline() const;
  net::Deadline deadline_of(const Exchange& exchange) const;
  bool expire(net::Deadline now);  // false: the connection ends

  bool spend_control_frame();
  void earn_control_frames(std::size_t frames);
  void end_with(std::uint32_t error_code);

  Exchange* open(std::int32_t stream_id);
  void head_received(Exchange& exchange);
  void body_received(Exchange& exchange, std::string_view piece);
  void request_received(Exchange& exchange);
  void answered_early(Exchange& exchange);
  void reset(Exchange& exchange, std::uint32_t error_code);
  void closed(Exchange& exchange);
  void drop_body(Exchange& exchange);
  void release(Exchange& exchange);

  WorkerParts& parts_;
  net::Stream& stream_;
  const std::string_view peer_;
  std::unique_ptr<nghttp2_session, SessionEnd> session_;
  std::string output_;
  std::size_t output_at_ = 0;      // written up to here
  Exchange* exchanges_ = nullptr;  // those whose stream is open
  std::vector<Exchange*> ready_;   // complete since the last turn
  std::coroutine_handle<> quiet_awaiter_;
  std::int32_t last_stream_ = 0;
  // The last streams that ended before the client's side did: what was on its way is no fault.
  std::array<std::int32_t, 16> cut_short_{};
  std::size_t cut_short_at_ = 0;
  std::size_t open_ = 0;
  std::size_t running_ = 0;
  std::size_t body_bytes_ = 0;
  double control_frames_;
  net::Deadline control_frames_at_;
  net::Deadline idle_since_;
  net::Deadline head_began_ = net::kNoDeadline;  // of a head that is not complete yet
  net::Deadline write_progress_;
  net::Deadline goaway_at_ = net::kNoDeadline;
  bool any_request_ = false;
  bool in_turn_ = false;  // the task that reads and writes is at work: it needs no wake-up
  bool wake_posted_ = false;
  bool draining_ = false;
};

}  // namespace jianmen::http::h2
