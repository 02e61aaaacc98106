#include "policy/detail/ip_range.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

namespace jianmen::policy::detail {

namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<int> parse_bits(std::string_view text, int most) {
  int bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  if (bits < 0 || bits > most) return {};
  return bits;
}

// ::ffff:a.b.c.d/n is a.b.c.d/(n - 96).
void unmap(IpRange& range) {
  if (range.bits < 96 || !std::equal(kMapped.begin(), kMapped.end(), range.bytes.begin())) return;
  std::copy(range.bytes.begin() + 12, range.bytes.end(), range.bytes.begin());
  std::fill(range.bytes.begin() + 4, range.bytes.end(), 0);
  range.bits -= 96;
  range.v4 = true;
}

}  // namespace

std::optional<IpRange> parse_ip_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.empty() || text.size() >= copy.size()) return {};
  std::memcpy(copy.data(), text.data(), text.size());
  IpRange range;
  if (inet_pton(AF_INET, copy.data(), range.bytes.data()) == 1) {
    range.v4 = true;
    range.bits = 32;
    return range;
  }
  if (inet_pton(AF_INET6, copy.data(), range.bytes.data()) != 1) return {};
  range.bits = 128;
  unmap(range);
  return range;
}

std::optional<IpRange> parse_ip_range(std::string_view text) {
  const auto slash = text.find('/');
  auto range = parse_ip_address(text.substr(0, slash));
  if (!range || slash == std::string_view::npos) return range;
  const bool mapped = range->v4 && text.substr(0, slash).find(':') != std::string_view::npos;
  const auto bits = parse_bits(text.substr(slash + 1), range->v4 && !mapped ? 32 : 128);
  if (!bits || (mapped && *bits < 96)) return {};
  range->bits = mapped ? *bits - 96 : *bits;
  return range;
}

bool IpRange::contains(const IpRange& address) const {
  if (v4 != address.v4) return false;
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                  address.bytes.begin())) {
    return false;
  }
  if (bits % 8 == 0) return true;
  const int mask = 0xff & (0xff << (8 - bits % 8));
  return (bytes[whole] & mask) == (address.bytes[whole] & mask);
}

}  // namespace jianmen::policy::detail
