#pragma once
// The body of an HTTP/1.1 request, read from its connection while the handler runs. The folder's
// own. Thread safety: belongs to the connection's loop.

#include <cstddef>
#include <memory>

#include "http/body_source.hpp"
#include "http/chunked.hpp"
#include "http/server_settings.hpp"
#include "net/stream.hpp"

namespace jianmen::http {

class ConnectionBody final : public BodySource {
 public:
  enum class Invite : bool { No, Yes };  // send 100 Continue before the first read

  // `received` is content that came with the head, and stays where it is until the handler has
  // ended. A body of `length` bytes.
  ConnectionBody(net::Stream& stream, const ServerSettings& settings, std::string_view received,
                 std::uint64_t length, Invite invite);
  // A chunked one; `chunks` has decoded `received` and goes on behind it.
  ConnectionBody(net::Stream& stream, const ServerSettings& settings, std::string_view received,
                 const ChunkedDecoder& chunks, Invite invite);

  std::optional<std::uint64_t> length() const override { return length_; }
  net::Task<std::string_view> next() override;
  State state() const override { return state_; }
  void interrupt() override;
  bool rewind() override { return !begun_; }

  // What came behind the body: the next message begins with it.
  std::string_view behind() const { return behind_; }

 private:
  static constexpr std::size_t kPiece = 64 * 1024;

  net::Task<bool> invite();
  net::Task<std::size_t> read();
  net::Deadline deadline() const;
  std::string_view decode(std::size_t received);

  net::Stream& stream_;
  const ServerSettings& settings_;
  std::string_view received_;
  std::optional<std::uint64_t> length_;
  std::uint64_t left_ = 0;  // of length_, not read yet
  ChunkedDecoder chunks_;
  std::unique_ptr<char[]> buffer_;
  std::string_view behind_;
  std::uint64_t read_ = 0;                // bytes, and …
  net::SteadyClock::duration waited_{0};  // … for how long the client was waited for
  State state_ = State::Open;
  Invite invite_;
  bool begun_ = false;
  bool reading_ = false;
  bool interrupted_ = false;
};

}  // namespace jianmen::http
