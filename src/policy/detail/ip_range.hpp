#pragma once
// An address block in CIDR notation, IPv4 or IPv6; a single address is a block of one. IPv4 inside
// IPv6
// (::ffff:a.b.c.d) is IPv4. Values.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace jianmen::policy::detail {

struct IpRange {
  bool v4 = false;
  std::array<std::uint8_t, 16> bytes{};  // IPv4 in the first four
  int bits = 0;

  bool contains(const IpRange& address) const;
};

std::optional<IpRange> parse_ip_range(std::string_view text);    // "10.0.0.0/8", "::1"
std::optional<IpRange> parse_ip_address(std::string_view text);  // no prefix length

}  // namespace jianmen::policy::detail
