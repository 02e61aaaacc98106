#include "http/session.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <utility>

#include "base/log.hpp"
#include "http/body_stream.hpp"

namespace jianmen::http {

namespace {

// Up to here an answer's body is copied behind its head: one write, one TLS record, and cheaper
// than two.
constexpr std::size_t kOnePiece = 16'384;
constexpr std::size_t kHeld = 64 * 1024;  // a body up to here is received before it is handled
constexpr std::size_t kMaxLinger = 1'048'576;
constexpr std::size_t kMaxBodyLinger = 64 * kMaxLinger;
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::chrono::seconds time_at_rate(std::size_t bytes, const ServerSettings& settings) {
  return std::chrono::seconds(bytes / std::max<std::size_t>(settings.min_rate, 1));
}

}  // namespace

void SessionContext::drain() {
  draining = true;
  for (Session* session = sessions; session;) {
    Session* const next = session->next_;  // cancel() may end the session, but no other
    if (session->http2_) session->http2_->drain();
    if (session->idle_) session->stream_.cancel();
    session = next;
  }
}

void SessionContext::end_idle(net::Deadline since) {
  for (Session* session = sessions; session;) {
    Session* const next = session->next_;  // cancel() may end the session, but no other
    if (session->http2_ && session->http2_->is_idle_since(since)) session->http2_->drain();
    if (session->idle_ && session->idle_since_ <= since) session->stream_.cancel();
    session = next;
  }
}

Session::Session(SessionContext& context, net::Loop& loop, net::Fd socket, std::string peer,
                 Place place)
    : context_(context), stream_(loop, std::move(socket)), peer_(std::move(peer)), place_(place) {
  next_ = context_.sessions;
  if (next_) next_->previous_ = this;
  context_.sessions = this;
}

Session::~Session() {
  (previous_ ? previous_->next_ : context_.sessions) = next_;
  if (next_) next_->previous_ = previous_;
  if (scratch_) context_.scratch_pool.give_back(std::move(scratch_));
}

net::Task<void> Session::run(std::shared_ptr<net::TlsServerContext> tls) {
  may_be_http2_ = !tls && context_.settings.http2.enabled && place_ == Place::Regular;
  if (tls && !co_await start_tls(std::move(tls))) co_return;
  if (stream_.protocol() == "h2") {
    if (place_ == Place::Surplus) co_return;
    co_await run_http2();
    co_return;
  }
  auto idle_timeout =
      place_ == Place::Regular ? context_.settings.head_timeout : context_.settings.linger_timeout;
  while (true) {
    const Received received = co_await receive(idle_timeout);
    if (received == Received::Gone) co_return;
    if (received == Received::Http2) {
      co_await run_http2();
      co_return;
    }
    if (received == Received::Refused) {
      co_await refuse(refusal_status_, refusal_);
      co_return;
    }
    const Next next = co_await answer();
    if (next == Next::Close) co_return;
    if (scratch_->input.empty()) context_.scratch_pool.give_back(std::move(scratch_));
    idle_timeout = context_.settings.keep_alive_timeout;
  }
}

// One whole message, or why there is none.
net::Task<Session::Received> Session::receive(std::chrono::milliseconds idle_timeout) {
  net::Loop& loop = stream_.loop();
  auto received = Received::NeedMore;
  bool ready = false;
  if (scratch_) {
    received = take_head();  // of what came behind the last message
  } else {
    if (context_.draining) co_return Received::Gone;
    idle_ = true;
    idle_since_ = loop.now();
    const auto status = co_await stream_.readable(net::after(loop.now(), idle_timeout));
    idle_ = false;
    if (status != net::IoStatus::Ok) co_return Received::Gone;
    scratch_ = context_.scratch_pool.borrow();
    ready = true;
  }

  const auto deadline = net::after(loop.now(), context_.settings.head_timeout);
  while (received == Received::NeedMore) {
    const auto room = scratch_->input.room(scratch_->parser);
    net::IoResult got;
    if (std::exchange(ready, false)) {
      got = stream_.try_read(room);
    } else {
      got = co_await stream_.read_some(room, deadline);
    }
    if (got) {
      scratch_->input.added(got.bytes);
      received = take_head();
    } else if (got.status == net::IoStatus::Timeout && !scratch_->input.empty()) {
      co_return refused(408, "request head not received in time");
    } else if (got.status != net::IoStatus::WouldBlock) {
      co_return Received::Gone;
    }
  }
  if (received != Received::Complete) co_return received;
  if (place_ == Place::Surplus && !is_essential()) {
    co_return refused(503, "too many connections");
  }
  received = take_body();
  if (received == Received::NeedMore || received == Received::TooLarge) {
    received = co_await read_body(received);
  }
  co_return received;
}

net::Task<void> Session::run_http2() {
  h2::Connection connection(context_.http2, stream_, peer_);
  http2_ = &connection;
  if (context_.draining) connection.drain();
  std::string received;
  if (scratch_) {
    received = scratch_->input.view();
    scratch_->input.consume(received.size());
    context_.scratch_pool.give_back(std::move(scratch_));
  }
  co_await connection.run(std::move(received));
  http2_ = nullptr;
}

net::Task<Session::Next> Session::answer() {
  Request request = this->request();
  if (body_) {
    request.body = {};
    request.source = body_.get();
  }
  Response response;
  bool failed = false;
  try {
    response = co_await context_.handler.handle(request);
  } catch (const std::exception& error) {
    failed = true;
    base::log::error(std::string("handler threw error=\"") + error.what() + "\"");
  }
  if (failed) {
    co_await refuse(500, "the handler failed");
    co_return Next::Close;
  }
  if (response.drops()) {
    stream_.reset_on_close();
    co_return Next::Close;
  }
  Next next = prepare_answer(response);
  const std::string_view rest = separate_body(response);
  const auto limits = write_limits(scratch_->out.size() + rest.size());
  const auto status = co_await stream_.write_all(scratch_->out, rest, limits);
  if (status != net::IoStatus::Ok) co_return Next::Close;
  if (response.stream() && sends_body(response)) {
    const bool whole = co_await write_stream(response);
    if (!whole) co_return Next::Close;
    if (context_.draining) next = Next::Close;
  }
  scratch_->input.consume(scratch_->read_at);
  scratch_->parser.reset();
  const auto body = std::move(body_);
  if (body && next == Next::Continue) {
    for (std::string_view rest = body->behind(); !rest.empty();) {
      const auto room = scratch_->input.room(scratch_->parser);
      const std::size_t size = rest.copy(room.data(), room.size());
      scratch_->input.added(size);
      rest.remove_prefix(size);
    }
  }
  if (next == Next::Close && body) {
    co_await linger(kMaxBodyLinger);
  } else if (next == Next::Close && !scratch_->input.empty()) {
    co_await linger(kMaxLinger);
  }
  co_return next;
}

// Piece by piece, as chunks for HTTP/1.1 when the length is not known; false when the other side
// has gone or the stream broke off. A server that stops ends a stream that has no end of its own.
net::Task<bool> Session::write_stream(const Response& response) {
  const bool chunked = scratch_->parser.minor_version() > 0 && !response.stream_length();
  http::BodyStream& stream = *response.stream();
  std::string& out = scratch_->out;
  std::uint64_t sent = 0;
  while (!context_.draining || stream.has_end()) {
    if (stream_.loop().cancelled()) co_return false;
    const auto piece = co_await stream.next();
    if (!piece) {
      if (stream.failed()) co_return false;
      break;
    }
    if (piece->empty()) continue;
    sent += piece->size();
    if (sent > response.stream_length().value_or(sent)) co_return false;
    if (chunked) {
      std::array<char, 16> size{};
      const auto end = std::to_chars(size.data(), size.data() + size.size(), piece->size(), 16).ptr;
      out.assign(size.data(), end).append("\r\n").append(*piece).append("\r\n");
    } else {
      out = *piece;
    }
    const auto limits = write_limits(out.size());
    const auto status = co_await stream_.write_all(out, {}, limits);
    if (status != net::IoStatus::Ok) co_return false;
  }
  if (!chunked) co_return sent == response.stream_length().value_or(sent);
  const auto limits = write_limits(kLastChunk.size());
  const auto status = co_await stream_.write_all(kLastChunk, {}, limits);
  co_return status == net::IoStatus::Ok;
}

net::Task<bool> Session::start_tls(std::shared_ptr<net::TlsServerContext> tls) {
  const auto deadline = net::after(stream_.loop().now(), context_.settings.handshake_timeout);
  auto started = stream_.start_tls(*tls);
  if (!started) co_return false;
  const auto status = co_await stream_.handshake(deadline);
  co_return status == net::IoStatus::Ok;
}

Session::Received Session::refused(int status, std::string_view reason) {
  refusal_status_ = status;
  refusal_ = reason;
  return Received::Refused;
}

Session::Received Session::take_head() {
  if (may_be_http2_) {
    const std::string_view input = scratch_->input.view();
    if (input.starts_with(h2::kPreface)) return Received::Http2;
    if (h2::kPreface.starts_with(input)) return Received::NeedMore;
    may_be_http2_ = false;
  }
  RequestParser& parser = scratch_->parser;
  switch (parser.parse(scratch_->input.view())) {
    case ParseState::NeedMore:
      return Received::NeedMore;
    case ParseState::Refused:
      return refused(parser.status(), parser.reason());
    case ParseState::Complete:
      break;
  }
  scratch_->read_at = scratch_->content_end = parser.head_size();
  if (parser.framing() == Framing::Chunked) {
    scratch_->chunks = ChunkedDecoder(context_.settings.limits.body);
  }
  return Received::Complete;
}

Session::Received Session::take_body() {
  detail::Scratch& scratch = *scratch_;
  const std::size_t have = scratch.input.size();
  switch (scratch.parser.framing()) {
    case Framing::None:
      return Received::Complete;
    case Framing::Length: {
      const std::size_t end = scratch.parser.head_size() + scratch.parser.content_length();
      scratch.read_at = scratch.content_end = std::min(have, end);
      if (scratch.parser.content_length() > context_.settings.limits.body) {
        return Received::TooLarge;
      }
      return have < end ? Received::NeedMore : Received::Complete;
    }
    case Framing::Chunked:
      break;
  }
  switch (
      scratch.chunks.decode(scratch.input.message(), scratch.read_at, scratch.content_end, have)) {
    case ChunkedDecoder::State::NeedMore:
      // All is decoded: the room of the framing serves again.
      scratch.input.truncate(scratch.content_end);
      scratch.read_at = scratch.content_end;
      return Received::NeedMore;
    case ChunkedDecoder::State::Complete:
      return Received::Complete;
    case ChunkedDecoder::State::Malformed:
      return refused(400, scratch.chunks.reason());
    case ChunkedDecoder::State::TooLarge:
      break;
  }
  return Received::TooLarge;
}

bool Session::waits_for_continue() const {
  const RequestParser& parser = scratch_->parser;
  return parser.expects_continue() && scratch_->input.size() == parser.head_size();
}

// Not a small body that just waits for its last packet, and not one of which nothing is known but
// that it is chunked: it may be empty.
bool Session::may_hand_over(Received received) const {
  if (context_.settings.limits.streamed_body == 0) return false;
  if (received == Received::TooLarge) return true;
  if (received != Received::NeedMore) return false;
  const RequestParser& parser = scratch_->parser;
  const bool chunked = parser.framing() == Framing::Chunked;
  return waits_for_continue() ||
         (chunked ? scratch_->chunks.has_content() : parser.content_length() > kHeld);
}

// True: the handler reads the body by itself.
bool Session::hand_over_body(Received& received) {
  const Limits& limits = context_.settings.limits;
  const RequestParser& parser = scratch_->parser;
  Request head = request();
  head.body = {};
  if (!context_.handler.takes_stream(head)) return false;
  const auto invite =
      waits_for_continue() ? ConnectionBody::Invite::Yes : ConnectionBody::Invite::No;
  if (parser.framing() == Framing::Length) {
    body_ = std::make_unique<ConnectionBody>(stream_, context_.settings, request().body,
                                             parser.content_length(), invite);
    return true;
  }
  if (!scratch_->chunks.allow(std::max(limits.body, limits.streamed_body))) return false;
  if (received == Received::TooLarge) received = take_body();
  if (received != Received::NeedMore) return false;
  body_ = std::make_unique<ConnectionBody>(stream_, context_.settings, request().body,
                                           scratch_->chunks, invite);
  return true;
}

net::Task<Session::Received> Session::read_body(Received received) {
  const ServerSettings& settings = context_.settings;
  const net::Deadline started = stream_.loop().now();
  std::size_t received_bytes = 0;
  bool asked = false, first = true;
  while (true) {
    if (!asked && may_hand_over(received)) {
      asked = true;
      if (hand_over_body(received)) co_return Received::Complete;
    }
    if (received == Received::TooLarge) co_return refused(413, "body too large");
    if (received != Received::NeedMore) co_return received;
    if (std::exchange(first, false) && waits_for_continue()) {
      const auto limits = write_limits(kContinue.size());
      const auto status = co_await stream_.write_all(kContinue, {}, limits);
      if (status != net::IoStatus::Ok) co_return Received::Gone;
    }
    if (context_.scratch_pool.heap_bytes() > settings.max_buffered) {
      co_return refused(503, "too many large bodies at once");
    }
    // At least the minimum rate on average, and never silent for longer than the timeout.
    const auto deadline = std::min(
        net::after(stream_.loop().now(), settings.body_idle_timeout),
        net::after(started, settings.body_idle_timeout + time_at_rate(received_bytes, settings)));
    const auto room = scratch_->input.room(scratch_->parser);
    const net::IoResult got = co_await stream_.read_some(room, deadline);
    if (got.status == net::IoStatus::Timeout) {
      co_return refused(408, "request body not received in time");
    }
    if (!got) co_return Received::Gone;
    scratch_->input.added(got.bytes);
    received_bytes += got.bytes;
    received = take_body();
  }
}

bool Session::is_essential() {
  const auto essential = context_.settings.is_essential;
  return essential && essential(scratch_->parser.request());
}

Request Session::request() {
  Request request = scratch_->parser.request();
  const std::size_t head = scratch_->parser.head_size();
  request.body = scratch_->input.view().substr(head, scratch_->content_end - head);
  request.peer = peer_;
  request.secure = stream_.secure();
  return request;
}

// Writes head and body, or the head only, into scratch_->out.
Session::Next Session::prepare_answer(const Response& response) {
  const RequestParser& parser = scratch_->parser;
  auto body_end = detail::BodyEnd::Length;
  if (response.stream() && !response.stream_length()) {
    body_end = parser.minor_version() > 0 ? detail::BodyEnd::Chunked : detail::BodyEnd::Close;
  }
  const bool unread = body_ && body_->state() != BodySource::State::Complete;
  const bool goes_on = parser.keep_alive() && !response.closes() && !context_.draining && !unread &&
                       place_ == Place::Regular && body_end != detail::BodyEnd::Close;
  auto connection = detail::ConnectionField::None;
  if (!goes_on) {
    connection = detail::ConnectionField::Close;
  } else if (parser.minor_version() == 0) {
    connection = detail::ConnectionField::KeepAlive;
  }
  const bool in_one_piece = sends_body(response) && response.body().size() <= kOnePiece;
  detail::write_answer(scratch_->out, response, connection, context_.date.at(stream_.loop().now()),
                       in_one_piece ? std::string_view(response.body()) : std::string_view(),
                       body_end);
  return goes_on ? Next::Continue : Next::Close;
}

bool Session::sends_body(const Response& response) const {
  return scratch_->parser.method() != "HEAD" && !detail::has_no_body(response.status());
}

std::string_view Session::separate_body(const Response& response) const {
  if (response.body().size() <= kOnePiece || !sends_body(response)) return {};
  return response.body();
}

net::WriteLimits Session::write_limits(std::size_t size) const {
  const ServerSettings& settings = context_.settings;
  return {.stall = settings.write_stall_timeout,
          .total = net::after(stream_.loop().now(),
                              settings.write_stall_timeout + time_at_rate(size, settings))};
}

net::Task<void> Session::refuse(int status, std::string_view reason) {
  Response response = context_.handler.refuse(status, reason);
  response.close();
  prepare_answer(response);
  const std::string_view rest = separate_body(response);
  const auto written = co_await stream_.write_all(scratch_->out, rest,
                                                  write_limits(scratch_->out.size() + rest.size()));
  if (written == net::IoStatus::Ok) co_await linger(kMaxLinger);
}

// To close with unread bytes would reset the connection, and the other side would lose the answer
// while it still sends: so say that this was all, and read on for a moment.
net::Task<void> Session::linger(std::size_t most) {
  stream_.shutdown_write();
  const auto deadline = net::after(stream_.loop().now(), context_.settings.linger_timeout);
  detail::ReceiveBuffer& input = scratch_->input;
  for (std::size_t dropped = 0; dropped < most;) {
    input.consume(input.size());
    const auto room = input.room(scratch_->parser);
    const net::IoResult got = co_await stream_.read_some(room, deadline);
    if (!got) co_return;
    dropped += got.bytes;
  }
}

}  // namespace jianmen::http
