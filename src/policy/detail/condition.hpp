#pragma once
// The condition operators (the policy grammar of the IAM guide): a table, and a clause with its
// values parsed once. Without IfExists an absent key does not hold. A request value that the
// operator cannot read (a number that is none) holds for a Deny and not for an Allow: it never lets
// anyone in. Thread safety: Condition is immutable.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "policy/detail/ip_range.hpp"
#include "policy/document.hpp"
#include "policy/evaluate.hpp"

namespace jianmen::policy::detail {

enum class Family { String, Number, Date, Bool, Ip, Null };

struct Operator {
  enum class Test {
    Equals,
    EqualsIgnoreCase,
    Match,
    StartWith,
    EndWith,
    Less,
    LessEquals,
    Greater,
    GreaterEquals,
    Within,
    Absent,
  };
  std::string_view name;
  Family family;
  Test test;
  bool negative;  // none of the values may match
};

const Operator* find_operator(std::string_view name);  // bare name; nullptr: unknown

// "ForAnyValue:StringMatchIfExists" → a clause without key and values.
base::Result<ConditionClause> parse_operator(std::string_view text);
std::string operator_text(const ConditionClause& clause);  // the way back

class Condition {
 public:
  static base::Result<Condition> create(const ConditionClause& clause);

  bool holds(std::span<const Attribute> attributes, Effect effect) const;
  // "StringEquals g:UserName [alice, bob], the request has [carol]"
  std::string describe(std::span<const Attribute> attributes) const;

 private:
  using Value = std::variant<std::string, double, base::Time, bool, IpRange>;
  enum class Match { No, Yes, Unreadable };

  Condition() = default;
  static std::optional<Value> parse_value(Family family, std::string_view text);
  Match match(std::string_view text) const;
  const Attribute* find(std::span<const Attribute> attributes) const;

  const Operator* operator_ = nullptr;
  ConditionClause clause_;
  std::vector<Value> values_;
};

}  // namespace jianmen::policy::detail
