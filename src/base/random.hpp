#pragma once
// Randomness comes in from outside too: crypto::SystemRandom in the product, SequenceRandom in
// tests.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace jianmen::base {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;  // thread-safe in every implementation
};

// For tests: a repeatable sequence (SplitMix64 from a seed). Not for keys.
class SequenceRandom final : public Random {
 public:
  explicit SequenceRandom(std::uint64_t seed = 1) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

std::string make_hex_id(
    Random& random);  // 32 lower-case hex digits: accounts, users, projects, request ids
std::string make_uuid(Random& random);  // 8-4-4-4-12, version 4: servers, volumes, ports
// AK: 20, SK: 40 characters of the named alphabet, each drawn without bias.
std::string make_text(Random& random, std::size_t length, std::string_view alphabet);

}  // namespace jianmen::base
