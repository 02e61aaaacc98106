#include "upstream/table.hpp"

#include <gtest/gtest.h>

namespace jianmen::upstream {
namespace {

Route route(std::string host, std::string method, std::string path, std::string name = "Any") {
  Route out;
  out.host = std::move(host);
  out.operation.id = "orders:" + name;
  out.operation.service = "orders";
  out.operation.name = std::move(name);
  out.operation.method = std::move(method);
  out.operation.path = std::move(path);
  return out;
}

Group group(std::string name, std::vector<std::string> servers, std::string check = "") {
  Group out;
  out.name = std::move(name);
  for (auto& text : servers) out.servers.emplace_back().text = std::move(text);
  out.health.path = std::move(check);
  return out;
}

class TableTest : public ::testing::Test {
 protected:
  TableTest() : catalog_(std::move(*catalog::Catalog::create())) {}

  std::shared_ptr<const Table> make(Settings settings, const Table* before = nullptr) {
    auto table = Table::create(std::move(settings), operations_, before);
    EXPECT_TRUE(table) << table.error().message;
    return std::move(*table);
  }
  // The operation's name; "none": nothing fits; "not ours".
  std::string found(const Table& table, std::string_view host, std::string_view method,
                    std::string_view path) const {
    const auto match = table.find(*catalog_, host, method, path);
    if (!match) return "not ours";
    if (!*match) return "none";
    return std::string((*match)->route.candidates.front()->name);
  }

  std::unique_ptr<const catalog::Catalog> catalog_;
  std::deque<catalog::Operation> operations_;
};

TEST_F(TableTest, FindsTheMostExactHost) {
  const auto table = make({.groups = {group("g", {"http://a"})},
                           .routes = {
                               route("orders.example.com", "GET", "/x", "Exact"),
                               route("*.example.com", "GET", "/x", "Domain"),
                               route("*.deep.example.com", "GET", "/x", "Deep"),
                               route("", "GET", "/x", "Anywhere"),
                           }});
  const struct {
    const char *host, *path, *name;
  } rows[] = {
      {"orders.example.com", "/x", "Exact"},
      {"ORDERS.Example.com.:8080", "/x", "Exact"},
      {"other.example.com", "/x", "Domain"},
      {"a.deep.example.com:1", "/x", "Deep"},
      {"example.com", "/x", "Anywhere"},
      {"badexample.com", "/x", "Anywhere"},
      {"[::1]:8080", "/x", "Anywhere"},
      // A host that a route names belongs to its routes alone …
      {"orders.example.com", "/y", "none"},
      {"other.example.com", "/y", "none"},
      // … any other asks the catalogue next.
      {"example.com", "/y", "not ours"},
      {"ecs.cn-north-4.myhuaweicloud.com", "/x", "not ours"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(found(*table, row.host, "GET", row.path), row.name) << row.host << row.path;
  }
}

TEST_F(TableTest, TellsTheRoutesIndexAndItsValues) {
  const auto table =
      make({.groups = {group("g", {"http://a"})},
            .routes = {route("h", "GET", "/a"), route("h", "GET", "/v1/{project_id}/b", "B")}});
  const auto match = table->find(*catalog_, "h", "GET", "/v1/p1/b");
  ASSERT_TRUE(match && *match);
  EXPECT_EQ((*match)->index, 1U);
  EXPECT_EQ((*match)->route.value("project_id"), "p1");
  EXPECT_EQ(found(*table, "h", "PUT", "/a"), "none");
}

TEST_F(TableTest, RefusesTwoRoutesThatAreOne) {
  Settings twice{.groups = {group("g", {"http://a"})},
                 .routes = {route("h", "GET", "/a", "One"), route("h", "GET", "/a", "Two")}};
  EXPECT_FALSE(Table::create(std::move(twice), operations_, nullptr));
}

TEST_F(TableTest, KeepsOperationsThatAreTheSame) {
  const Settings settings{.groups = {group("g", {"http://a"})},
                          .routes = {route("h", "GET", "/a"), route("h", "GET", "/b", "B")}};
  const auto first = make(settings);
  EXPECT_EQ(operations_.size(), 2U);
  Settings more = settings;
  more.routes.push_back(route("h", "GET", "/c", "C"));
  const auto second = make(more, first.get());
  EXPECT_EQ(operations_.size(), 3U);
  const auto before = first->find(*catalog_, "h", "GET", "/a");
  const auto after = second->find(*catalog_, "h", "GET", "/a");
  EXPECT_EQ((*before)->route.candidates.front(), (*after)->route.candidates.front());
}

TEST_F(TableTest, AServerKeepsItsHealthOverAReload) {
  const auto first =
      make({.groups = {group("g", {"http://a", "http://b"}, "/healthz")}, .routes = {}});
  // Same group, same server, same check; wherever it stands now.
  const auto second = make({.groups = {group("f", {"http://a"}, "/healthz"),
                                       group("g", {"http://b", "http://c"}, "/healthz")},
                            .routes = {}},
                           first.get());
  EXPECT_EQ(second->health(1)[0], first->health(0)[1]);
  EXPECT_NE(second->health(0)[0], first->health(0)[0]);
  EXPECT_NE(second->health(1)[1], nullptr);
  // Another check: what the old one found says nothing.
  const auto third =
      make({.groups = {group("g", {"http://b"}, "/other")}, .routes = {}}, second.get());
  EXPECT_NE(third->health(0)[0], second->health(1)[0]);
}

TEST(Registry, AMistakeLeavesTheLastGoodTable) {
  Registry registry;
  EXPECT_EQ(registry.generation(), 0U);
  const Settings good{.groups = {group("g", {"http://a"})}, .routes = {route("h", "GET", "/a")}};
  ASSERT_TRUE(registry.replace(good));
  const auto table = registry.table();
  const auto generation = registry.generation();
  Settings bad = good;
  bad.routes.push_back(route("h", "GET", "/a", "Another"));
  EXPECT_FALSE(registry.replace(bad));
  EXPECT_EQ(registry.table(), table);
  EXPECT_EQ(registry.generation(), generation);
  ASSERT_TRUE(registry.replace(good));
  EXPECT_NE(registry.generation(), generation);
}

}  // namespace
}  // namespace jianmen::upstream
