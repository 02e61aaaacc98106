#pragma once
// A body whose hash is signed, kept until it is verified: in memory while it is small, else in a
// file without a name, which nobody else can open and which is gone with the process. The hash is
// computed as the body comes. Afterwards it is a source that can be read any number of times.
// Thread safety: belongs to one loop; files are read and written on the pool's threads.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/digest.hpp"
#include "gateway/pipeline.hpp"
#include "http/body_source.hpp"
#include "net/fd.hpp"
#include "net/task.hpp"

namespace jianmen::gateway {

class HeldBody final : public http::BodySource {
 public:
  static constexpr std::size_t kInMemory = 1024 * 1024;

  // `spooled` counts the bytes in files, up to `most`; it outlives the body.
  HeldBody(crypto::Hash hash, const Spool& spool, std::uint64_t& spooled, std::uint64_t most);
  ~HeldBody() override;
  HeldBody(const HeldBody&) = delete;
  HeldBody& operator=(const HeldBody&) = delete;

  // All of `from`; Complete, or why not.
  net::Task<State> take(http::BodySource& from);

  // After Complete.
  const std::string& digest() const { return digest_; }  // lower-case hex
  bool in_memory() const { return !file_; }
  std::string_view memory() const { return buffer_; }  // the whole body, if it is there

  std::optional<std::uint64_t> length() const override { return length_; }
  net::Task<std::string_view> next() override;
  State state() const override { return state_; }
  bool rewind() override;

 private:
  net::Task<bool> write_out();
  bool open_file();

  crypto::Hasher hasher_;
  const Spool& spool_;
  std::uint64_t& spooled_;
  const std::uint64_t most_;
  std::string buffer_;
  std::string digest_;
  net::Fd file_;
  std::uint64_t length_ = 0;
  std::uint64_t in_file_ = 0;
  std::uint64_t read_at_ = 0;
  State state_ = State::Open;
};

}  // namespace jianmen::gateway
