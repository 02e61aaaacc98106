#pragma once
// A connection on a loop, plain or TLS: one concrete class, so that a byte costs no virtual call.
// Its operations are awaited in place, without a coroutine frame of their own:
//   auto got = co_await stream.read_some(buffer, deadline);
// Reading waits before it reads; writing writes before it waits. One operation at a time.
// Lifetime: the stream stays where it is (it cannot move), and outlives the operation that waits on
// it.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/detail/watch.hpp"
#include "net/fd.hpp"
#include "net/io_status.hpp"
#include "net/loop.hpp"
#include "net/socket.hpp"
#include "net/task.hpp"
#include "net/tls.hpp"
#include "net/tls_peer.hpp"

namespace jianmen::net {

namespace detail {
class TlsSession;
}

// How long a write may take: without any progress, and in all.
struct WriteLimits {
  SteadyClock::duration stall = std::chrono::seconds(30);
  Deadline total = kNoDeadline;
};

class Stream {
 public:
  class Readable;
  class ReadSome;
  class WriteAll;
  class WriteOrRead;
  class Handshake;
  class Connected;

  Stream(Loop& loop, Fd socket);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Readable readable(Deadline deadline);  // there is something to read, or an end
  ReadSome read_some(std::span<char> into, Deadline deadline);
  // All of both pieces. They are one write (and one TLS record) if the caller made them one piece.
  WriteAll write_all(std::string_view first, std::string_view second, WriteLimits limits);
  // Both directions at once: ends when some of `from` is written or something is read. As long as
  // the other side takes what is written nothing is read.
  WriteOrRead write_or_read(std::string_view from, std::span<char> into, Deadline deadline);
  Connected connected(Deadline deadline);  // of a socket from start_connect()

  // TLS from here on: start_tls, then await handshake().
  base::Result<> start_tls(const TlsServerContext& context);
  base::Result<> start_tls(const TlsClientContext& context, const std::string& name);
  Handshake handshake(Deadline deadline);

  IoResult try_read(std::span<char> into);
  void shutdown_write();  // the other side reads an end
  // Of a stream that has been read and waits in a pool: nothing came and nobody hung up since, as
  // far as the loop has seen.
  bool is_quiet() const { return !watch_.disturbed() && !has_pending(); }
  // When this stream ends its peer sees a reset, not an end; what was not sent yet is thrown away.
  void reset_on_close();
  void cancel() { watch_.cancel(); }
  Loop& loop() const { return watch_.loop(); }
  int fd() const { return socket_.get(); }
  bool secure() const { return tls_ != nullptr; }
  std::string_view protocol() const;  // that TLS agreed on (ALPN); empty when it did not
  std::string failure(
      IoStatus status) const;  // a sentence's second half: "timed out", "certificate has expired"
  int system_error() const { return system_error_; }  // errno of what failed; 0: nothing, or TLS
  TlsPeer tls_peer() const;  // of the handshake, done or failed; all empty without TLS

 private:
  class Awaited;
  IoResult read_now(std::span<char> into, std::uint32_t& wants);
  IoResult write_now(std::string_view first, std::string_view second, std::uint32_t& wants);
  bool has_pending() const;

  Fd socket_;
  detail::Watch watch_;
  std::unique_ptr<detail::TlsSession> tls_;
  int system_error_ = 0;
  bool resets_ = false;
};

class Stream::Awaited : public detail::Operation {
 public:
  bool await_suspend(std::coroutine_handle<> handle) {
    awaiter = handle;
    return stream_.watch_.wait(*this, deadline_);
  }

 protected:
  Awaited(Stream& stream, Deadline deadline) : stream_(stream), deadline_(deadline) {}
  ~Awaited() = default;
  bool done(IoStatus result) {
    status = result;
    return result != IoStatus::WouldBlock;
  }
  Stream& stream_;
  Deadline deadline_;
};

class [[nodiscard]] Stream::Readable final : public Awaited {
 public:
  Readable(Stream& stream, Deadline deadline) : Awaited(stream, deadline) {}
  bool await_ready() const { return stream_.has_pending(); }
  IoStatus await_resume() const { return status; }

 private:
  bool attempt() override { return done(IoStatus::Ok); }
};

class [[nodiscard]] Stream::ReadSome final : public Awaited {
 public:
  ReadSome(Stream& stream, std::span<char> into, Deadline deadline)
      : Awaited(stream, deadline), into_(into) {}
  bool await_ready() { return stream_.has_pending() && attempt(); }
  IoResult await_resume() const { return {status, bytes_}; }

 private:
  bool attempt() override;
  std::span<char> into_;
  std::size_t bytes_ = 0;
};

class [[nodiscard]] Stream::WriteAll final : public Awaited {
 public:
  WriteAll(Stream& stream, std::string_view first, std::string_view second, WriteLimits limits);
  bool await_ready() { return attempt(); }
  IoStatus await_resume() const { return status; }

 private:
  bool attempt() override;
  std::string_view first_, second_;
  WriteLimits limits_;
};

// What was written counts whatever the status says.
struct Moved {
  IoStatus status = IoStatus::Ok;
  std::size_t written = 0;
  std::size_t read = 0;
};

class [[nodiscard]] Stream::WriteOrRead final : public Awaited {
 public:
  WriteOrRead(Stream& stream, std::string_view from, std::span<char> into, Deadline deadline)
      : Awaited(stream, deadline), from_(from), into_(into) {}
  bool await_ready() { return attempt(); }
  Moved await_resume() const { return {status, written_, read_}; }

 private:
  bool attempt() override;
  std::string_view from_;
  std::span<char> into_;
  std::size_t written_ = 0;
  std::size_t read_ = 0;
};

class [[nodiscard]] Stream::Handshake final : public Awaited {
 public:
  Handshake(Stream& stream, Deadline deadline) : Awaited(stream, deadline) {}
  bool await_ready() { return attempt(); }
  IoStatus await_resume() const { return status; }

 private:
  bool attempt() override;
};

class [[nodiscard]] Stream::Connected final : public Awaited {
 public:
  Connected(Stream& stream, Deadline deadline) : Awaited(stream, deadline) { wants = EPOLLOUT; }
  bool await_ready() const { return false; }
  IoStatus await_resume() const { return status; }

 private:
  bool attempt() override;
};

inline Stream::Readable Stream::readable(Deadline deadline) { return {*this, deadline}; }
inline Stream::ReadSome Stream::read_some(std::span<char> into, Deadline deadline) {
  return {*this, into, deadline};
}
inline Stream::WriteAll Stream::write_all(std::string_view first, std::string_view second,
                                          WriteLimits limits) {
  return {*this, first, second, limits};
}
inline Stream::WriteOrRead Stream::write_or_read(std::string_view from, std::span<char> into,
                                                 Deadline deadline) {
  return {*this, from, into, deadline};
}
inline Stream::Connected Stream::connected(Deadline deadline) { return {*this, deadline}; }
inline Stream::Handshake Stream::handshake(Deadline deadline) { return {*this, deadline}; }

// A connected stream, no TLS yet.
Task<base::Result<std::unique_ptr<Stream>>> connect(Loop& loop, Address address, Deadline deadline);

}  // namespace jianmen::net
