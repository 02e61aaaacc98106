#pragma once
// One connection, from accept to close: read a head, read its body (or let the handler do it), call
// the handler, write the answer, again; or, when the client speaks HTTP/2, h2::Connection. The
// folder's own; server.hpp is what others use. Thread safety: everything here belongs to one loop.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "http/connection_body.hpp"
#include "http/detail/receive_buffer.hpp"
#include "http/detail/response_head.hpp"
#include "http/h2/connection.hpp"
#include "http/handler.hpp"
#include "http/parser.hpp"
#include "http/server_settings.hpp"
#include "net/stream.hpp"

namespace jianmen::http {

class Session;

// What the sessions of one worker share.
struct SessionContext {
  SessionContext(Handler& the_handler, const ServerSettings& the_settings)
      : handler(the_handler),
        settings(the_settings),
        scratch_pool(the_settings.limits),
        http2{the_handler, the_settings, date, scratch_pool.heap_bytes()} {}

  Handler& handler;
  const ServerSettings& settings;
  detail::ScratchPool scratch_pool;
  detail::DateLine date;
  h2::WorkerParts http2;
  Session* sessions = nullptr;
  bool draining = false;  // answer what has come, then close

  void drain();  // idle sessions end now, the others after their answer
  // Ends the connections that have waited for a request since before then.
  void end_idle(net::Deadline since);
};

// Surplus: beyond the connections that there may be. It is answered 503, but for what must always
// be answered, and ends.
enum class Place { Regular, Surplus };

class Session {
 public:
  Session(SessionContext& context, net::Loop& loop, net::Fd socket, std::string peer,
          Place place = Place::Regular);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  net::Task<void> run(std::shared_ptr<net::TlsServerContext> tls);  // nullptr: plain

 private:
  friend struct SessionContext;
  enum class Next { Continue, Close };
  enum class Received { Complete, NeedMore, TooLarge, Gone, Refused, Http2 };

  net::Task<bool> start_tls(std::shared_ptr<net::TlsServerContext> tls);
  net::Task<Received> receive(std::chrono::milliseconds idle_timeout);
  net::Task<Received> read_body(Received received);
  net::Task<Next> answer();
  net::Task<bool> write_stream(const Response& response);
  net::Task<void> run_http2();
  net::Task<void> refuse(int status, std::string_view reason);
  net::Task<void> linger(std::size_t most);
  Received take_head();
  Received take_body();
  bool may_hand_over(Received received) const;
  bool hand_over_body(Received& received);
  bool waits_for_continue() const;
  Received refused(int status, std::string_view reason);
  bool is_essential();
  Request request();
  Next prepare_answer(const Response& response);
  bool sends_body(const Response& response) const;
  std::string_view separate_body(const Response& response) const;
  net::WriteLimits write_limits(std::size_t size) const;

  SessionContext& context_;
  net::Stream stream_;
  std::string peer_;
  Session* next_ = nullptr;
  Session* previous_ = nullptr;
  std::unique_ptr<detail::Scratch> scratch_;  // only while there is something to read or answer
  std::unique_ptr<ConnectionBody> body_;      // while the handler reads it by itself
  std::string_view refusal_;
  int refusal_status_ = 0;
  bool idle_ = false;
  net::Deadline idle_since_{};
  const Place place_;
  bool may_be_http2_ = false;        // plain, and nothing was received yet that says otherwise
  h2::Connection* http2_ = nullptr;  // while it is one
};

}  // namespace jianmen::http
