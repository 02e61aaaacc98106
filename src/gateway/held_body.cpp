#include "gateway/held_body.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "net/blocking.hpp"

namespace jianmen::gateway {

namespace {

constexpr std::size_t kPiece = 256 * 1024;  // of a file, at a time

bool write_all(int file, std::string_view bytes, std::uint64_t at) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
    at += static_cast<std::uint64_t>(written);
  }
  return true;
}

bool read_all(int file, char* to, std::size_t size, std::uint64_t at) {
  while (size > 0) {
    const auto got = ::pread(file, to, size, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
    at += static_cast<std::uint64_t>(got);
  }
  return true;
}

}  // namespace

HeldBody::HeldBody(crypto::Hash hash, const Spool& spool, std::uint64_t& spooled,
                   std::uint64_t most)
    : hasher_(hash), spool_(spool), spooled_(spooled), most_(most) {}

HeldBody::~HeldBody() { spooled_ -= in_file_; }

net::Task<HeldBody::State> HeldBody::take(http::BodySource& from) {
  buffer_.reserve(static_cast<std::size_t>(
      std::min<std::uint64_t>(from.length().value_or(0), kInMemory + kPiece)));
  while (true) {
    const auto piece = co_await from.next();
    if (piece.empty()) break;
    hasher_.update(piece);
    length_ += piece.size();
    buffer_.append(piece);
    if (buffer_.size() < (file_ ? kPiece : kInMemory)) continue;
    const bool written = co_await write_out();
    if (!written) co_return state_;
  }
  state_ = from.state();
  if (state_ != State::Complete) co_return state_;
  if (file_ && !buffer_.empty()) {
    const bool written = co_await write_out();
    if (!written) co_return state_;
  }
  digest_ = base::to_hex(hasher_.finish());
  rewind();
  co_return State::Complete;
}

net::Task<bool> HeldBody::write_out() {
  if (spooled_ + buffer_.size() > most_) {
    state_ = State::NoRoom;
    co_return false;
  }
  state_ = State::Failed;
  if (!file_ && !open_file()) co_return false;
  spooled_ += buffer_.size();
  const std::uint64_t at = std::exchange(in_file_, in_file_ + buffer_.size());
  const bool written =
      co_await spool_.files->run([file = file_.get(), bytes = std::string_view(buffer_), at] {
        return write_all(file, bytes, at);
      });
  if (!written) {
    base::log::error("event=spool_failed folder=" + spool_.folder.string());
    co_return false;
  }
  buffer_.clear();
  if (buffer_.capacity() > 2 * kPiece) {
    buffer_ = std::string();
    buffer_.reserve(2 * kPiece);
  }
  state_ = State::Open;
  co_return true;
}

bool HeldBody::open_file() {
  if (!spool_.files) return false;
  std::error_code trouble;
  const auto folder =
      spool_.folder.empty() ? std::filesystem::temp_directory_path(trouble) : spool_.folder;
  file_ = net::Fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600));
  if (!file_) {  // not every file system can do it
    std::string name = (folder / "jianmen-body-XXXXXX").string();
    file_ = net::Fd(::mkostemp(name.data(), O_CLOEXEC));
    if (file_) ::unlink(name.c_str());
  }
  if (!file_) base::log::error("event=spool_failed folder=" + folder.string());
  return static_cast<bool>(file_);
}

net::Task<std::string_view> HeldBody::next() {
  if (state_ != State::Open) co_return std::string_view();
  if (!file_) {
    state_ = State::Complete;
    co_return std::string_view(buffer_);
  }
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, length_ - read_at_));
  buffer_.resize(size);
  const bool read =
      co_await spool_.files->run([file = file_.get(), to = buffer_.data(), size, at = read_at_] {
        return read_all(file, to, size, at);
      });
  if (!read) {
    state_ = State::Failed;
    co_return std::string_view();
  }
  read_at_ += size;
  if (read_at_ == length_) state_ = State::Complete;
  co_return std::string_view(buffer_);
}

bool HeldBody::rewind() {
  read_at_ = 0;
  state_ = length_ == 0 ? State::Complete : State::Open;
  return true;
}

}  // namespace jianmen::gateway
