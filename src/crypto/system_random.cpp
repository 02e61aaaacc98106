#include "crypto/system_random.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <openssl/rand.h>
#include <pthread.h>

namespace jianmen::crypto {

namespace {

void draw(std::span<std::uint8_t> out) {
  constexpr std::size_t kMost = 1 << 20;  // RAND_bytes counts in int
  while (!out.empty()) {
    const std::size_t size = std::min(out.size(), kMost);
    if (RAND_bytes(out.data(), static_cast<int>(size)) != 1) {
      std::fputs("the system has no randomness\n", stderr);
      std::abort();
    }
    out = out.subspan(size);
  }
}

// Counts the forks behind this process: a child must not hand out what its parent holds in stock.
std::atomic<unsigned>& fork_count() {
  static std::atomic<unsigned> count{0};
  static const int registered = pthread_atfork(
      nullptr, nullptr, [] { fork_count().fetch_add(1, std::memory_order_relaxed); });
  if (registered != 0) std::abort();
  return count;
}

// Drawing costs a microsecond whatever its size, and every request wants 16 bytes for its id: each
// thread draws ahead, and overwrites what it has handed out.
class Stock {
 public:
  ~Stock() { explicit_bzero(bytes_.data(), bytes_.size()); }

  void take(std::span<std::uint8_t> out) {
    const unsigned forks = fork_count().load(std::memory_order_relaxed);
    if (left_ < out.size() || forks != forks_) {
      draw(bytes_);
      left_ = bytes_.size();
      forks_ = forks;
    }
    left_ -= out.size();
    std::memcpy(out.data(), bytes_.data() + left_, out.size());
    explicit_bzero(bytes_.data() + left_, out.size());
  }

 private:
  std::array<std::uint8_t, 512> bytes_{};
  std::size_t left_ = 0;
  unsigned forks_ = 0;
};

constexpr std::size_t kSmall = 64;

}  // namespace

void SystemRandom::fill(std::span<std::uint8_t> out) {
  if (out.size() > kSmall) return draw(out);
  if (out.empty()) return;
  thread_local Stock stock;
  stock.take(out);
}

}  // namespace jianmen::crypto
