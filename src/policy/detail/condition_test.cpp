#include "policy/detail/condition.hpp"

#include <gtest/gtest.h>

namespace jianmen::policy::detail {
namespace {

using Values = std::vector<std::string>;

bool holds(std::string_view op, const Values& policy, const std::optional<Values>& request,
           Effect effect = Effect::Allow) {
  auto clause = parse_operator(op);
  EXPECT_TRUE(clause) << op;
  clause->key = "g:Key";
  clause->values = policy;
  const auto condition = Condition::create(*clause);
  EXPECT_TRUE(condition) << condition.error().message;
  std::vector<Attribute> attributes{{"g:Other", {"x"}}};
  if (request) attributes.push_back({"G:KEY", {request->begin(), request->end()}});
  return condition->holds(attributes, effect);
}

TEST(Condition, EveryOperatorHoldsAndFails) {
  struct Row {
    std::string_view op;
    Values policy;
    std::string yes, no;
  };
  const std::vector<Row> rows = {
      {"StringEquals", {"a", "b"}, "b", "B"},
      {"StringNotEquals", {"a", "b"}, "B", "b"},
      {"StringEqualsIgnoreCase", {"a", "b"}, "B", "c"},
      {"StringNotEqualsIgnoreCase", {"a", "b"}, "c", "B"},
      {"StringMatch", {"te?t*"}, "testing", "Testing"},
      {"StringNotMatch", {"te?t*"}, "tet", "text"},
      {"StringLike", {"a*"}, "ab", "ba"},
      {"StringNotLike", {"a*"}, "ba", "ab"},
      {"StringStartWith", {"TestUser"}, "testuser1", "user"},
      {"StringNotStartWith", {"TestUser"}, "user", "TestUser1"},
      {"StringEndWith", {".log"}, "a.LOG", "log"},
      {"StringNotEndWith", {".log"}, "a.txt", "a.log"},
      {"NumberEquals", {"5"}, "5.0", "6"},
      {"NumberNotEquals", {"5"}, "6", "5"},
      {"NumberLessThan", {"5"}, "4.9", "5"},
      {"NumberLessThanEquals", {"5"}, "5", "5.1"},
      {"NumberGreaterThan", {"5"}, "10", "5"},
      {"NumberGreaterThanEquals", {"5"}, "5", "-10"},
      {"DateLessThan", {"2026-06-01T00:00:00Z"}, "2026-05-31T23:59:59Z", "2026-06-01T00:00:00Z"},
      {"DateLessThanEquals",
       {"2026-06-01T00:00:00Z"},
       "2026-06-01T00:00:00Z",
       "2026-06-01T00:00:01Z"},
      {"DateGreaterThan", {"2026-06-01T00:00:00Z"}, "2026-06-01T00:00:01Z", "2026-06-01T00:00:00Z"},
      {"DateGreaterThanEquals",
       {"2026-06-01T08:00:00+08:00"},
       "2026-06-01T00:00:00Z",
       "2026-05-31T23:59:59Z"},
      {"Bool", {"true"}, "True", "false"},
      {"IpAddress", {"10.0.0.0/8", "2001:db8::/32"}, "10.255.0.1", "11.0.0.1"},
      {"IpAddress", {"10.0.0.0/8", "2001:db8::/32"}, "2001:db8:1::1", "2001:db9::1"},
      {"IpAddress", {"192.168.1.7"}, "192.168.1.7", "192.168.1.8"},
      {"NotIpAddress", {"10.0.0.0/8"}, "11.0.0.1", "10.0.0.1"},
  };
  for (const auto& row : rows) {
    EXPECT_TRUE(holds(row.op, row.policy, Values{row.yes})) << row.op << ' ' << row.yes;
    EXPECT_FALSE(holds(row.op, row.policy, Values{row.no})) << row.op << ' ' << row.no;
    const auto with = std::string(row.op) + "IfExists";
    EXPECT_TRUE(holds(with, row.policy, Values{row.yes})) << with;
    EXPECT_FALSE(holds(with, row.policy, Values{row.no})) << with;
    EXPECT_FALSE(holds(row.op, row.policy, std::nullopt)) << row.op << " absent";
    EXPECT_TRUE(holds(with, row.policy, std::nullopt)) << with << " absent";
  }
}

TEST(Condition, NullAsksForAbsence) {
  EXPECT_TRUE(holds("Null", {"true"}, std::nullopt));
  EXPECT_TRUE(holds("Null", {"true"}, Values{}));
  EXPECT_FALSE(holds("Null", {"true"}, Values{"x"}));
  EXPECT_TRUE(holds("Null", {"false"}, Values{"x"}));
  EXPECT_FALSE(holds("Null", {"false"}, std::nullopt));
}

TEST(Condition, SetsOfValues) {
  struct Row {
    std::string_view op;
    Values policy;
    std::optional<Values> request;
    bool holds;
  };
  const std::vector<Row> rows = {
      {"ForAllValues:StringEquals", {"a", "b"}, Values{"a", "b", "a"}, true},
      {"ForAllValues:StringEquals", {"a", "b"}, Values{"a", "c"}, false},
      {"ForAllValues:StringEquals", {"a", "b"}, Values{}, true},
      {"ForAllValues:StringEquals", {"a", "b"}, std::nullopt, true},
      {"ForAnyValue:StringEquals", {"a", "b"}, Values{"c", "b"}, true},
      {"ForAnyValue:StringEquals", {"a", "b"}, Values{"c", "d"}, false},
      {"ForAnyValue:StringEquals", {"a", "b"}, Values{}, false},
      {"ForAnyValue:StringEquals", {"a", "b"}, std::nullopt, false},
      {"ForAnyValue:StringEqualsIfExists", {"a", "b"}, std::nullopt, true},
      {"ForAllValues:StringNotEquals", {"a"}, Values{"b", "a"}, false},
      {"ForAllValues:StringNotEquals", {"a"}, Values{"b", "c"}, true},
      {"ForAnyValue:StringNotEquals", {"a"}, Values{"b", "a"}, true},
      {"ForAnyValue:StringNotEquals", {"a"}, Values{"a", "a"}, false},
      {"StringEquals", {"a"}, Values{"b", "a"}, true},
      {"StringNotEquals", {"a"}, Values{"b", "a"}, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(holds(row.op, row.policy, row.request), row.holds)
        << row.op << (row.request ? " with " + std::to_string(row.request->size()) : " absent");
  }
}

TEST(Condition, AnUnreadableRequestValueNeverHelpsTheCaller) {
  for (const auto op : {"NumberEquals", "NumberNotEquals", "NumberGreaterThan"}) {
    EXPECT_FALSE(holds(op, {"5"}, Values{"many"}, Effect::Allow)) << op;
    EXPECT_TRUE(holds(op, {"5"}, Values{"many"}, Effect::Deny)) << op;
  }
  EXPECT_FALSE(holds("NotIpAddress", {"10.0.0.0/8"}, Values{"10.0.0.1, 11.0.0.1"}));
  EXPECT_TRUE(holds("NotIpAddress", {"10.0.0.0/8"}, Values{"?"}, Effect::Deny));
}

TEST(Condition, RefusesValuesThatItsOperatorCannotRead) {
  const std::vector<std::pair<std::string_view, std::string>> rows = {
      {"NumberEquals", "five"},          {"NumberEquals", "1e999"}, {"NumberEquals", ""},
      {"DateLessThan", "yesterday"},     {"Bool", "yes"},           {"Null", "maybe"},
      {"IpAddress", "10.0.0.0/33"},      {"IpAddress", "10.0.0"},   {"IpAddress", "10.0.0.0/"},
      {"IpAddress", "10.0.0.0/8/8"},     {"IpAddress", "::1/129"},  {"IpAddress", "10.0.0.0/-1"},
      {"IpAddress", "::ffff:1.2.3.4/8"},
  };
  for (const auto& [op, value] : rows) {
    auto clause = parse_operator(op);
    ASSERT_TRUE(clause);
    clause->key = "g:Key";
    clause->values = {value};
    EXPECT_FALSE(Condition::create(*clause)) << op << ' ' << value;
  }
}

TEST(Condition, FamiliesOfAddressesDoNotMix) {
  EXPECT_FALSE(holds("IpAddress", {"::/0"}, Values{"10.0.0.1"}));
  EXPECT_FALSE(holds("IpAddress", {"0.0.0.0/0"}, Values{"::1"}));
  EXPECT_TRUE(holds("IpAddress", {"10.0.0.0/8"}, Values{"::ffff:10.1.2.3"}));
  EXPECT_TRUE(holds("IpAddress", {"::ffff:10.0.0.0/104"}, Values{"10.1.2.3"}));
  EXPECT_FALSE(holds("IpAddress", {"::ffff:10.0.0.0/104"}, Values{"11.1.2.3"}));
  EXPECT_TRUE(holds("IpAddress", {"10.1.2.3/9"}, Values{"10.127.0.0"}));  // host bits do not count
  EXPECT_FALSE(holds("IpAddress", {"10.1.2.3/9"}, Values{"10.128.0.0"}));
}

TEST(Condition, TellsWhatTheRequestHad) {
  auto clause = parse_operator("ForAnyValue:StringEquals");
  clause->key = "g:UserName";
  clause->values = {"alice", "bob"};
  const auto condition = Condition::create(*clause);
  const Attribute carol{"g:UserName", {"carol"}};
  EXPECT_EQ(condition->describe({&carol, 1}),
            "ForAnyValue:StringEquals g:UserName [alice, bob], the request has [carol]");
  EXPECT_EQ(condition->describe({}),
            "ForAnyValue:StringEquals g:UserName [alice, bob], the request has none");
}

}  // namespace
}  // namespace jianmen::policy::detail
