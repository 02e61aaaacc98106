#include "catalog/detail/distance.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace jianmen::catalog::detail {

namespace {
constexpr std::size_t kLongest = 40;
}

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most) {
  if (a == b) return 0;
  const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > most || a.size() > kLongest || b.size() > kLongest) return most + 1;
  std::array<std::size_t, kLongest + 1> row{};
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return std::min(row[b.size()], most + 1);
}

}  // namespace jianmen::catalog::detail
