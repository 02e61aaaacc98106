#include "catalog/schema.hpp"

#include <gtest/gtest.h>

#include "catalog/detail/shape.hpp"
#include "catalog/embedded.hpp"

namespace jianmen::catalog {
namespace {

using Kind = SchemaFault::Kind;

const Catalog& catalog() {
  static const auto made = Catalog::create();
  if (!made) throw std::runtime_error(made.error().message);
  return **made;
}

// One type under test, as the body {"x": type}.
class OneType {
 public:
  explicit OneType(std::string_view notation) : document_(base::json::object{{"x", notation}}) {
    named_ = base::json::parse(R"({"Tag":{"key":"str! len=1-3","value":"str"},
                                   "Tree":{"name":"str!","children":"[$Tree]"}})")
                 .as_object();
    detail::ShapeReader reader(named_, arena_);
    auto shape = reader.read(document_);
    if (shape) operation_.body_shape = *shape;
    if (!shape) error_ = shape.error().message;
  }

  std::optional<SchemaFault> check(std::string_view x) const {
    return check_body(catalog(), operation_, base::json::parse(R"({"x":)" + std::string(x) + "}"));
  }
  const std::string& error() const { return error_; }

 private:
  base::json::value document_;
  base::json::object named_;
  std::deque<Shape> arena_;
  Operation operation_;
  std::string error_;
};

TEST(SchemaTest, ChecksValuesAgainstTheirType) {
  struct Row {
    std::string_view type, good, bad;
    Kind kind;
    std::string_view where, expected;
  };
  const Row rows[] = {
      {"str", R"("a")", "1", Kind::WrongType, "x", "a string"},
      {"datetime", R"("2020")", "1", Kind::WrongType, "x", "a string"},
      {"int", "1", R"("1")", Kind::WrongType, "x", "an integer"},
      {"int", "2.0", "1.5", Kind::WrongType, "x", "an integer"},
      {"int", "-9223372036854775808", "1e300", Kind::WrongType, "x", "an integer"},
      {"int", "18446744073709551615", "true", Kind::WrongType, "x", "an integer"},
      {"float", "1.5", R"("1.5")", Kind::WrongType, "x", "a number"},
      {"bool", "true", R"("true")", Kind::WrongType, "x", "true or false"},
      {"any!", "[1,{}]", "null", Kind::Missing, "x", "a value"},
      {"str!", R"("")", "null", Kind::Missing, "x", "a string"},
      {"str", "null", "[]", Kind::WrongType, "x", "a string"},
      {"[str]", R"(["a","b"])", R"("a")", Kind::WrongType, "x", "a list"},
      {"[str]", "[]", R"(["a",2])", Kind::WrongType, "x[1]", "a string"},
      {"[[int]]", "[[1],[]]", "[[1],[1,{}]]", Kind::WrongType, "x[1][1]", "an integer"},
      {"{str}", R"({"a":"b"})", R"({"a":"b","c":1})", Kind::WrongType, "x.c", "a string"},
      {"{string:[str]}", R"({"a":["b"]})", R"({"a":["b",0]})", Kind::WrongType, "x.a[1]",
       "a string"},
      {"str(SOFT|HARD)", R"("SOFT")", R"("soft")", Kind::NotAllowed, "x", "one of SOFT, HARD"},
      {"int(1|2)!", "2", "3", Kind::NotAllowed, "x", "one of 1, 2"},
      {"[str](anti-affinity)!", R"(["anti-affinity"])", R"(["affinity"])", Kind::NotAllowed, "x[0]",
       "one of anti-affinity"},
      {"str! len=1-3", R"("你好吗")", R"("你好吗啊")", Kind::OutOfRange, "x", "1 to 3 characters"},
      {"str! len=1-3", R"("a")", R"("")", Kind::OutOfRange, "x", "1 to 3 characters"},
      {"[str] len=0-1", R"(["a"])", R"(["a","b"])", Kind::OutOfRange, "x", "0 to 1 entries"},
      {"int! range=2-4 default=2", "4", "5", Kind::OutOfRange, "x", "2 to 4"},
      {"$Tag", R"({"key":"a","more":1})", R"({"value":"a"})", Kind::Missing, "x.key", "a string"},
      {"@Tag!", R"({"key":"abc"})", R"({"key":"abcd"})", Kind::OutOfRange, "x.key",
       "1 to 3 characters"},
      {"[$Tag]!", R"([{"key":"a"}])", R"([{"key":"a"},{"key":"a","value":7}])", Kind::WrongType,
       "x[1].value", "a string"},
      {"$Tag", "null", "7", Kind::WrongType, "x", "an object"},
      {"$Tree!", R"({"name":"a","children":[{"name":"b"}]})",
       R"({"name":"a","children":[{"children":[]}]})", Kind::Missing, "x.children[0].name",
       "a string"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.type);
    const OneType type(row.type);
    ASSERT_EQ(type.error(), "");
    EXPECT_FALSE(type.check(row.good)) << row.good;
    const auto fault = type.check(row.bad);
    ASSERT_TRUE(fault) << row.bad;
    EXPECT_EQ(fault->kind, row.kind);
    EXPECT_EQ(fault->where, row.where);
    EXPECT_EQ(fault->expected, row.expected);
  }
}

TEST(SchemaTest, RefusesBrokenNotation) {
  for (const char* type : {"", "strr", "[str", "{str", "str(a|b", "$Nothing", "str len=a-b",
                           "int range=5-1", "str huge=1", "str!!", "[]"}) {
    EXPECT_NE(OneType(type).error(), "") << type;
  }
}

std::optional<SchemaFault> body_fault(std::string_view operation, std::string_view body) {
  return check_body(catalog(), *catalog().find_operation(operation),
                    body.empty() ? base::json::value() : base::json::parse(body));
}

TEST(SchemaTest, ChecksTheBodiesOfRows) {
  EXPECT_FALSE(body_fault("tms:CreatePredefineTags",
                          R"({"action":"create","tags":[{"key":"a","value":""}]})"));
  const auto missing =
      body_fault("tms:CreatePredefineTags", R"({"action":"create","tags":[{"key":"a"}]})");
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->kind, Kind::Missing);
  EXPECT_EQ(missing->where, "tags[0].value");
  EXPECT_EQ(missing->key, "value");
  const auto empty = body_fault("tms:CreatePredefineTags", "");
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->where, "action");
  const auto list = body_fault("tms:CreatePredefineTags", "[]");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->kind, Kind::WrongType);
  EXPECT_EQ(list->where, "");
  EXPECT_FALSE(body_fault("ecs:NovaStartServer", R"({"os-start":null})"));
  EXPECT_FALSE(body_fault("ecs:NovaStopServer", R"({"os-stop":null})"));
  EXPECT_FALSE(body_fault("ecs:NovaRebootServer", R"({"reboot":{"type":"SOFT"}})"));
  EXPECT_EQ(body_fault("ecs:NovaRebootServer", R"({"reboot":null})")->key, "reboot");
  EXPECT_EQ(body_fault("ecs:NovaRebootServer", R"({"reboot":{}})")->where, "reboot.type");
  EXPECT_EQ(body_fault("ecs:CreatePostPaidServers", R"({"server":{"flavorRef":1}})")->where,
            "server.flavorRef");
  EXPECT_FALSE(body_fault("ecs:ListServersDetails", "7"));
}

TEST(SchemaTest, ChecksQueries) {
  const auto fault = [](std::string_view operation,
                        const std::vector<std::pair<std::string, std::string>>& query) {
    return check_query(*catalog().find_operation(operation), query);
  };
  EXPECT_FALSE(fault("ecs:ListServersDetails", {{"limit", "10"}, {"unknown", "x"}}));
  EXPECT_EQ(fault("ecs:ListServersDetails", {{"limit", "ten"}})->key, "limit");
  EXPECT_EQ(fault("ecs:ListServersDetails", {{"limit", ""}})->expected, "an integer");
  EXPECT_EQ(
      fault("ecs:ListServersDetails", {{"limit", "1"}, {"limit", "9999999999999999999999"}})->kind,
      Kind::WrongType);
  EXPECT_FALSE(fault("iam:KeystoneListProjects",
                     {{"enabled", "True"}, {"page", "1"}, {"per_page", "5000"}}));
  EXPECT_EQ(fault("iam:KeystoneListProjects", {{"per_page", "5001"}})->kind, Kind::OutOfRange);
  EXPECT_EQ(fault("iam:KeystoneListProjects", {{"enabled", "maybe"}})->expected, "true or false");
  EXPECT_EQ(fault("tms:ListTagValues", {})->kind, Kind::Missing);
  EXPECT_FALSE(fault("tms:ListTagValues", {{"key", "a"}}));
  EXPECT_FALSE(fault("tms:ListPredefineTags", {{"order_method", "asc"}}));
  EXPECT_EQ(fault("tms:ListPredefineTags", {{"order_method", "up"}})->expected, "one of asc, desc");
}

// Rows are read when the Catalog is made; what only answers use is read here.
TEST(SchemaTest, EveryTypeOfTheDataIsReadable) {
  for (const char* service : {"ecs", "iam", "sts", "tms"}) {
    const auto document =
        base::json::parse(embedded(std::string("operations/") + service + ".json"));
    const auto& named = document.at("schemas").as_object();
    std::deque<Shape> arena;
    detail::ShapeReader reader(named, arena);
    for (const auto& [name, definition] : named) {
      const auto shape = reader.read(definition);
      EXPECT_TRUE(shape) << service << " " << name << ": " << shape.error().message;
    }
    for (const auto& row : document.at("operations").as_array()) {
      const auto* response = base::find(row, "response");
      if (response == nullptr) continue;
      const auto shape = reader.read(*response);
      EXPECT_TRUE(shape) << base::to_text(row) << ": " << shape.error().message;
    }
  }
}

}  // namespace
}  // namespace jianmen::catalog
