#include "catalog/path_router.hpp"

#include <gtest/gtest.h>

namespace jianmen::catalog {
namespace {

Operation operation(std::string method, std::string path) {
  Operation made;
  made.service = "orders";
  made.name = method + path;
  made.id = "orders:" + made.name;
  made.method = std::move(method);
  made.path = std::move(path);
  return made;
}

class PathRouterTest : public ::testing::Test {
 protected:
  PathRouterTest() {
    for (const auto& row : rows_) EXPECT_TRUE(router_.add(row));
  }
  std::string found(std::string_view method, std::string_view path) {
    auto route = router_.find(method, path);
    if (!route) return route.error().reason == NoRoute::Reason::Method ? "method" : "-";
    std::string text = route->candidates.front()->name;
    for (const auto& value : route->values) text += " " + value.value;
    return text;
  }
  const std::vector<Operation> rows_ = {operation("GET", "/v1/{project_id}/orders"),
                                        operation("GET", "/v1/{project_id}/orders/{id}"),
                                        operation("POST", "/v1/{project_id}/orders"),
                                        operation("GET", "/v1/{project_id}/orders/last"),
                                        operation("GET", "/files/**"),
                                        operation("DELETE", "/files/{name}")};
  PathRouter router_;
};

TEST_F(PathRouterTest, FindsTheMostExactTemplate) {
  struct Row {
    const char* sentence;
    const char* method;
    const char* path;
    const char* found;
  };
  const Row rows[] = {
      {"a placeholder", "GET", "/v1/p/orders", "GET/v1/{project_id}/orders p"},
      {"two placeholders", "GET", "/v1/p/orders/7", "GET/v1/{project_id}/orders/{id} p 7"},
      {"a literal wins", "GET", "/v1/p/orders/last", "GET/v1/{project_id}/orders/last p"},
      {"HEAD is GET", "HEAD", "/v1/p/orders", "GET/v1/{project_id}/orders p"},
      {"another method", "PUT", "/v1/p/orders", "method"},
      {"the rest", "GET", "/files/a/b/c", "GET/files/**"},
      {"a rest of nothing", "GET", "/files", "GET/files/**"},
      {"a slash at the end means nothing", "GET", "/files/", "GET/files/**"},
      {"a rest is no way around a method", "POST", "/files/a", "method"},
      {"no template", "GET", "/v2", "-"},
      {"climbing", "GET", "/files/../v1", "-"},
      {"climbing in escapes", "GET", "/files/%2e%2e/v1", "-"},
      {"an empty segment", "GET", "/files//a", "-"},
      {"no path", "GET", "files", "-"},
  };
  for (const auto& row : rows) EXPECT_EQ(found(row.method, row.path), row.found) << row.sentence;
}

TEST_F(PathRouterTest, RefusesWhatIsNoTemplate) {
  for (const auto* path : {"v1", "/a//b", "/a/{b", "/**/a", "/{a}/{a}", "/files/**"}) {
    EXPECT_FALSE(router_.add(operation("GET", path))) << path;
  }
}

}  // namespace
}  // namespace jianmen::catalog
