#include "crypto/system_random.hpp"

#include <array>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

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

TEST(SystemRandom, GivesAForkedChildOtherBytesThanItsParent) {
  SystemRandom random;
  base::make_hex_id(random);  // fills the thread's stock
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string id = base::make_hex_id(random);
    ::_exit(::write(pipe[1], id.data(), id.size()) == 32 ? 0 : 1);
  }
  const std::string own = base::make_hex_id(random);
  std::string others(32, '\0');
  EXPECT_EQ(::read(pipe[0], others.data(), others.size()), 32);
  EXPECT_NE(others, own);
  ::waitpid(child, nullptr, 0);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(SystemRandom, GivesThreadsDifferentBytes) {
  SystemRandom random;
  std::array<std::string, 8> ids;
  {
    std::vector<std::jthread> threads;
    for (auto& id : ids) threads.emplace_back([&] { id = base::make_hex_id(random); });
  }
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
}

}  // namespace
}  // namespace jianmen::crypto
