// Reading costs what the text is long, whatever it is made of: four times the text may not cost
// more than about four times the work. Of the thread's own processor time, the best of some runs,
// and only their ratio: what is quadratic has one of sixteen.

#include <algorithm>
#include <chrono>
#include <ctime>

#include <gtest/gtest.h>

#include "diagnose/doctor.hpp"

namespace jianmen::diagnose {
namespace {

std::chrono::nanoseconds processor() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::string repeated(std::string_view piece, std::size_t size) {
  std::string out;
  while (out.size() < size) out += piece;
  out.resize(size);
  return out;
}

std::string nested(std::size_t size) {
  return repeated("{\"error\":[", size / 2) + repeated("]}", size / 2);
}

double cost(const catalog::Catalog& catalog, const std::string& text) {
  auto best = std::chrono::nanoseconds::max();
  for (int i = 0; i < 3; ++i) {
    const auto begin = processor();
    doctor(text, catalog, Language::English, {});
    best = std::min(best, processor() - begin);
  }
  return std::chrono::duration<double, std::micro>(best).count();
}

TEST(PasteCost, GrowsAsTheTextDoes) {
  const auto catalog = std::move(*catalog::Catalog::create());
  doctor("", *catalog, Language::English, {});  // the rules are made once
  constexpr std::size_t kSmall = 48'000;
  // One long line, braces, terminal codes, canonical requests, every name that a reader looks for.
  for (const auto* piece : {"a",
                            "{",
                            "}",
                            "\x1b[31m",
                            "\x1b]0;",
                            "^[[0m",
                            "&",
                            "&amp;",
                            "\\",
                            "\\u00",
                            "%41",
                            "\n",
                            "canonicalRequest:GET|",
                            "canonicalrequest",
                            "https://",
                            "://",
                            "http://x@",
                            ".my",
                            "a.my",
                            "host='a'",
                            "GET /x HTTP/1.1\n",
                            "error_msg:",
                            "message: {",
                            "message",
                            "sk=",
                            "sk=abcdefg ",
                            "token",
                            "token:::::",
                            "secret\"",
                            "Bearer ",
                            "Access=",
                            "requestid",
                            "status",
                            "status20",
                            "signaturetime",
                            "the ",
                            "request "}) {
    const auto small = cost(*catalog, repeated(piece, kSmall));
    const auto large = cost(*catalog, repeated(piece, 4 * kSmall));
    EXPECT_LT(large, 9 * small + 2000) << piece << ": " << small << " us, then " << large << " us";
  }
  const auto small = cost(*catalog, nested(kSmall)), large = cost(*catalog, nested(4 * kSmall));
  EXPECT_LT(large, 9 * small + 2000);
}

}  // namespace
}  // namespace jianmen::diagnose
