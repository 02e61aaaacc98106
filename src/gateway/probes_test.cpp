#include "gateway/probes.hpp"

#include <gtest/gtest.h>

namespace jianmen::gateway {
namespace {

struct Says final : Readiness {
  std::string_view trouble;
  std::string_view not_ready_because() const override { return trouble; }
};

http::Request asked(std::string_view method, std::string_view path) {
  http::Request request;
  request.method = method;
  request.path = path;
  return request;
}

TEST(Probes, HealthIsThereWhetherReadyOrNot) {
  Says says;
  says.trouble = "draining";
  EXPECT_EQ(answer_probe(asked("GET", "/healthz"), says)->status(), 200);
  EXPECT_EQ(answer_probe(asked("HEAD", "/healthz"), says)->status(), 200);
}

TEST(Probes, ReadinessTellsWhyNot) {
  Says says;
  EXPECT_EQ(answer_probe(asked("GET", "/readyz"), says)->status(), 200);
  says.trouble = "draining";
  const auto answer = answer_probe(asked("GET", "/readyz"), says);
  EXPECT_EQ(answer->status(), 503);
  EXPECT_EQ(answer->body(), "not ready: draining\n");
}

TEST(Probes, NothingElseIsAProbe) {
  const Says says;
  EXPECT_FALSE(answer_probe(asked("POST", "/healthz"), says));
  EXPECT_FALSE(answer_probe(asked("GET", "/healthz/"), says));
  EXPECT_FALSE(answer_probe(asked("GET", "/readyzz"), says));
}

}  // namespace
}  // namespace jianmen::gateway
