#include "crypto/system_random.hpp"

#include <set>

#include <gtest/gtest.h>

namespace jianmen::crypto {
namespace {

TEST(SystemRandom, FillsAnySizeAndNeverRepeats) {
  SystemRandom random;
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(base::make_hex_id(random));
  EXPECT_EQ(ids.size(), 1000U);
  random.fill({});
  std::string large(3 << 20, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(large.data()), large.size()});
  EXPECT_NE(large.substr(large.size() - 32), std::string(32, '\0'));
}

}  // namespace
}  // namespace jianmen::crypto
