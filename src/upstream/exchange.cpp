#include "upstream/exchange.hpp"

#include <algorithm>
#include <utility>

#include "base/encoding.hpp"
#include "net/loop.hpp"
#include "upstream/answer_stream.hpp"
#include "upstream/forwarding.hpp"
#include "upstream/upload.hpp"

namespace jianmen::upstream {

namespace {

using http::BodyEnd;

constexpr int kAttempts = 3;
constexpr std::size_t kJoined = 16 * 1024;  // a whole body up to here goes out with its head
constexpr std::size_t kWhole = 64 * 1024;   // an answer's body up to here is read before it goes on

class Attempt {
 public:
  Attempt(Pool& pool, Outgoing& outgoing, Incoming& incoming, net::Deadline deadline)
      : pool_(pool), outgoing_(outgoing), incoming_(incoming), deadline_(deadline) {}

  net::Task<bool> connect(std::uint64_t& tried, bool fresh);
  net::Task<bool> run(const std::shared_ptr<const void>& keep);
  bool may_repeat() const {
    return reused_ && !answered_ && outgoing_.idempotent && !timed_out() && !incoming_.cut &&
           (!outgoing_.source || outgoing_.source->rewind());
  }
  bool connected() const { return static_cast<bool>(lease_); }

 private:
  bool timed_out() const { return incoming_.failure.timeout; }
  net::Task<bool> send();
  net::Task<bool> receive_head();
  net::Task<bool> receive_body(const std::shared_ptr<const void>& keep);
  net::Task<bool> read(Step step, net::Deadline deadline);
  bool fail(Step step, std::string reason, bool timeout = false);
  bool fail(Step step, net::IoStatus status);
  void over(bool framed);
  net::Loop& loop() { return lease_.connection->stream().loop(); }
  net::Deadline within(std::chrono::milliseconds time) {
    return std::min(net::after(loop().now(), time), deadline_);
  }

  Pool& pool_;
  Outgoing& outgoing_;
  Incoming& incoming_;
  const net::Deadline deadline_;
  Pool::Lease lease_;
  bool reused_ = false;
  bool answered_ = false;  // a byte of an answer has come
  bool sent_ = true;       // all of the request
  BodyEnd body_end_ = BodyEnd::None;
  std::uint64_t length_ = 0;
  bool keep_alive_ = false;
};

bool Attempt::fail(Step step, std::string reason, bool timeout) {
  incoming_.failure = {step, timeout, std::move(reason)};
  if (!(reused_ && !answered_)) lease_.failed();  // an old connection may die of itself
  return false;
}

bool Attempt::fail(Step step, net::IoStatus status) {
  if (status == net::IoStatus::End) return fail(step, "the other side closed the connection");
  return fail(step, lease_.connection->stream().failure(status), status == net::IoStatus::Timeout);
}

net::Task<bool> Attempt::connect(std::uint64_t& tried, bool fresh) {
  lease_ = pool_.choose(tried, net::Loop::current()->now());
  if (!lease_) {
    if (incoming_.failure.step == Step::None) {
      incoming_.failure = {Step::Connect, false, "all connections are in use"};
    }
    co_return false;
  }
  incoming_.server = lease_.server().text;
  if (!fresh) lease_.take_idle();
  if (lease_.connection) {
    reused_ = true;
    co_return true;
  }
  const Group& group = pool_.group();
  const Server& server = lease_.server();
  lease_.connection = co_await open_connection(group, server, incoming_.failure);
  if (lease_.connection) {
    lease_.connected();
    co_return true;
  }
  lease_.failed();
  tried |= std::uint64_t{1} << lease_.index();
  co_return false;
}

net::Task<bool> Attempt::run(const std::shared_ptr<const void>& keep) {
  incoming_.failure = {};
  const bool sent = co_await send();
  if (!sent) co_return false;
  const bool headed = co_await receive_head();
  if (!headed) co_return false;
  co_return co_await receive_body(keep);
}

// Who answers before the body is over has answered: what is left of the body is not sent, and the
// connection is good for nothing more.
net::Task<bool> Attempt::send() {
  Connection& connection = *lease_.connection;
  const auto& timeouts = pool_.group().timeouts;
  const net::WriteLimits limits{.stall = timeouts.idle, .total = deadline_};
  auto status = co_await connection.stream().write_all(outgoing_.head, {}, limits);
  sent_ = status == net::IoStatus::Ok;
  if (sent_ && outgoing_.source) {
    Upload upload(connection, *outgoing_.source, timeouts.idle, deadline_);
    const auto end = co_await upload.run();
    sent_ = end == Upload::End::Sent;
    answered_ = !connection.input().empty();
    if (end == Upload::End::Cut) {
      incoming_.cut = upload.cut();
      co_return false;
    }
    if (end == Upload::End::Failed) status = upload.status();
  }
  if (status == net::IoStatus::Ok || status == net::IoStatus::Closed) {
    co_return true;  // one that closed may have answered before
  }
  co_return fail(Step::Send, status);
}

net::Task<bool> Attempt::read(Step step, net::Deadline deadline) {
  Connection& connection = *lease_.connection;
  const auto room = connection.room();
  const net::IoResult got = co_await connection.stream().read_some(room, deadline);
  if (!got) co_return fail(step, got.status);
  connection.added(got.bytes);
  answered_ = true;
  co_return true;
}

net::Task<bool> Attempt::receive_head() {
  Connection& connection = *lease_.connection;
  const auto deadline = within(pool_.group().timeouts.first_byte);
  int interim = 0;
  while (true) {
    http::ResponseView& view = answer_view();
    auto parsed =
        http::parse_response_head(connection.input(), outgoing_.head_only, kAnswerLimits, view);
    if (!parsed) co_return fail(Step::Head, std::move(parsed.error().message));
    if (view.size == 0) {
      const Step step = connection.input().empty() ? Step::FirstByte : Step::Head;
      const bool more = co_await read(step, deadline);
      if (!more) co_return false;
      continue;
    }
    if (view.status < 200) {
      if (view.status == 101) co_return fail(Step::Head, "unasked-for upgrade");
      if (++interim > kMaxInterim) co_return fail(Step::Head, "too many interim answers");
      connection.consume(view.size);
      continue;
    }
    incoming_.response.set_status(view.status);
    copy_answer_fields(view, incoming_.response);
    body_end_ = view.body;
    length_ = view.content_length;
    keep_alive_ = view.keep_alive && sent_;
    if (outgoing_.head_only && view.status != 304 && view.status != 204) {
      const auto with_length = [](const http::Header& header) {
        return header.id == http::HeaderId::ContentLength;
      };
      if (std::ranges::any_of(view.headers(), with_length)) {
        incoming_.response.set_stream_length(length_);
      } else {
        incoming_.response.set_stream(std::make_shared<NoBody>());
      }
    }
    connection.consume(view.size);
    co_return true;
  }
}

net::Task<bool> Attempt::receive_body(const std::shared_ptr<const void>& keep) {
  Connection& connection = *lease_.connection;
  if (body_end_ == BodyEnd::None) {
    over(true);
    co_return true;
  }
  if (body_end_ == BodyEnd::Length && length_ <= kWhole) {
    while (connection.input().size() < length_) {
      const auto deadline = within(pool_.group().timeouts.idle);
      const bool more = co_await read(Step::Body, deadline);
      if (!more) co_return false;
    }
    const auto size = static_cast<std::size_t>(length_);
    incoming_.response.body().assign(connection.data(), size);
    connection.consume(size);
    over(true);
    co_return true;
  }
  AnswerBody body{.end = body_end_,
                  .length = length_,
                  .reusable = keep_alive_,
                  .deadline = deadline_,
                  .request_id = outgoing_.request_id};
  if (body_end_ == BodyEnd::Length) incoming_.response.set_stream_length(length_);
  incoming_.response.set_stream(
      std::make_shared<AnswerStream>(std::move(lease_), std::move(body), keep));
  co_return true;
}

// What comes behind an answer belongs to none: such a connection ends.
void Attempt::over(bool framed) {
  lease_.succeeded();
  if (framed && keep_alive_ && lease_.connection->is_reusable()) {
    lease_.give_back();
  } else {
    lease_.release();
  }
}

}  // namespace

net::Task<Incoming> exchange(Pool& pool, Outgoing outgoing, std::shared_ptr<const void> keep) {
  Incoming incoming;
  const auto deadline = net::after(net::Loop::current()->now(), pool.group().timeouts.total);
  WholeBody body(outgoing.body);
  if (outgoing.body.size() <= kJoined) {
    outgoing.head.append(outgoing.body);  // one write
  } else {
    outgoing.source = &body;
  }
  std::uint64_t tried = 0;
  bool fresh = false;
  for (int i = 0; i < kAttempts; ++i) {
    Attempt attempt(pool, outgoing, incoming, deadline);
    const bool connected = co_await attempt.connect(tried, fresh);
    if (!connected) {
      if (!attempt.connected()) break;
      continue;
    }
    const bool answered = co_await attempt.run(keep);
    if (answered) break;
    incoming.response = {};
    if (!attempt.may_repeat()) break;
    fresh = true;
  }
  co_return incoming;
}

}  // namespace jianmen::upstream
