#include "policy/detail/condition.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/encoding.hpp"
#include "base/time_text.hpp"

namespace jianmen::policy::detail {

namespace {

using Test = Operator::Test;

constexpr std::array kOperators{
    Operator{"StringEquals", Family::String, Test::Equals, false},
    Operator{"StringNotEquals", Family::String, Test::Equals, true},
    Operator{"StringEqualsIgnoreCase", Family::String, Test::EqualsIgnoreCase, false},
    Operator{"StringNotEqualsIgnoreCase", Family::String, Test::EqualsIgnoreCase, true},
    Operator{"StringMatch", Family::String, Test::Match, false},
    Operator{"StringNotMatch", Family::String, Test::Match, true},
    Operator{"StringLike", Family::String, Test::Match, false},
    Operator{"StringNotLike", Family::String, Test::Match, true},
    Operator{"StringStartWith", Family::String, Test::StartWith, false},
    Operator{"StringNotStartWith", Family::String, Test::StartWith, true},
    Operator{"StringEndWith", Family::String, Test::EndWith, false},
    Operator{"StringNotEndWith", Family::String, Test::EndWith, true},
    Operator{"NumberEquals", Family::Number, Test::Equals, false},
    Operator{"NumberNotEquals", Family::Number, Test::Equals, true},
    Operator{"NumberLessThan", Family::Number, Test::Less, false},
    Operator{"NumberLessThanEquals", Family::Number, Test::LessEquals, false},
    Operator{"NumberGreaterThan", Family::Number, Test::Greater, false},
    Operator{"NumberGreaterThanEquals", Family::Number, Test::GreaterEquals, false},
    Operator{"DateLessThan", Family::Date, Test::Less, false},
    Operator{"DateLessThanEquals", Family::Date, Test::LessEquals, false},
    Operator{"DateGreaterThan", Family::Date, Test::Greater, false},
    Operator{"DateGreaterThanEquals", Family::Date, Test::GreaterEquals, false},
    Operator{"Bool", Family::Bool, Test::Equals, false},
    Operator{"Null", Family::Null, Test::Absent, false},
    Operator{"IpAddress", Family::Ip, Test::Within, false},
    Operator{"NotIpAddress", Family::Ip, Test::Within, true},
};

constexpr std::string_view kForAllValues = "ForAllValues:";
constexpr std::string_view kForAnyValue = "ForAnyValue:";
constexpr std::string_view kIfExists = "IfExists";

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return {};
  return number;
}

std::optional<bool> parse_bool(std::string_view text) {
  if (base::equals_ignore_case(text, "true")) return true;
  if (base::equals_ignore_case(text, "false")) return false;
  return std::nullopt;
}

bool match_text(Test test, std::string_view text, std::string_view value) {
  switch (test) {
    case Test::EqualsIgnoreCase:
      return base::equals_ignore_case(text, value);
    case Test::Match:
      return matches_wildcard(value, text, false);
    case Test::StartWith:
      return text.size() >= value.size() &&
             base::equals_ignore_case(text.substr(0, value.size()), value);
    case Test::EndWith:
      return text.size() >= value.size() &&
             base::equals_ignore_case(text.substr(text.size() - value.size()), value);
    default:
      return text == value;
  }
}

template <class T>
bool match_ordered(Test test, const T& left, const T& right) {
  switch (test) {
    case Test::Less:
      return left < right;
    case Test::LessEquals:
      return left <= right;
    case Test::Greater:
      return left > right;
    case Test::GreaterEquals:
      return left >= right;
    default:
      return left == right;
  }
}

template <class Texts>
std::string in_brackets(const Texts& texts) {
  std::string out = "[";
  for (const auto& text : texts) {
    if (out.size() > 1) out += ", ";
    out += text;
  }
  return out + "]";
}

}  // namespace

const Operator* find_operator(std::string_view name) {
  const auto found = std::ranges::find(kOperators, name, &Operator::name);
  return found == kOperators.end() ? nullptr : &*found;
}

base::Result<ConditionClause> parse_operator(std::string_view text) {
  ConditionClause clause;
  auto name = text;
  if (name.starts_with(kForAllValues)) {
    clause.set = ConditionClause::Set::ForAllValues;
    name.remove_prefix(kForAllValues.size());
  } else if (name.starts_with(kForAnyValue)) {
    clause.set = ConditionClause::Set::ForAnyValue;
    name.remove_prefix(kForAnyValue.size());
  }
  if (name.ends_with(kIfExists)) {
    clause.if_exists = true;
    name.remove_suffix(kIfExists.size());
  }
  const auto* found = find_operator(name);
  const bool bare = clause.set == ConditionClause::Set::None && !clause.if_exists;
  if (found == nullptr || (found->family == Family::Null && !bare)) {
    return base::fail(base::Code::InvalidArgument,
                      "the condition operator '" + std::string(text) + "' is unknown");
  }
  clause.op = name;
  return clause;
}

std::string operator_text(const ConditionClause& clause) {
  std::string text;
  if (clause.set == ConditionClause::Set::ForAllValues) text = kForAllValues;
  if (clause.set == ConditionClause::Set::ForAnyValue) text = kForAnyValue;
  text += clause.op;
  if (clause.if_exists) text += kIfExists;
  return text;
}

std::optional<Condition::Value> Condition::parse_value(Family family, std::string_view text) {
  switch (family) {
    case Family::String:
      return std::string(text);
    case Family::Number:
      return parse_number(text);
    case Family::Date:
      return base::parse_iso(text);
    case Family::Bool:
    case Family::Null:
      return parse_bool(text);
    case Family::Ip:
      return parse_ip_range(text);
  }
  return std::nullopt;
}

base::Result<Condition> Condition::create(const ConditionClause& clause) {
  Condition condition;
  condition.operator_ = find_operator(clause.op);
  if (condition.operator_ == nullptr) {
    return base::fail(base::Code::InvalidArgument,
                      "the condition operator '" + clause.op + "' is unknown");
  }
  condition.clause_ = clause;
  for (const auto& text : clause.values) {
    auto value = parse_value(condition.operator_->family, text);
    if (!value) {
      return base::fail(base::Code::InvalidArgument,
                        clause.op + " cannot read the value '" + text + "' of " + clause.key);
    }
    condition.values_.push_back(std::move(*value));
  }
  return condition;
}

Condition::Match Condition::match(std::string_view text) const {
  const auto any = [&](auto&& matches) {
    return std::ranges::any_of(values_, matches) ? Match::Yes : Match::No;
  };
  const auto ordered = [&]<class T>(const std::optional<T>& value) {
    if (!value) return Match::Unreadable;
    return any(
        [&](const Value& v) { return match_ordered(operator_->test, *value, std::get<T>(v)); });
  };
  switch (operator_->family) {
    case Family::Number:
      return ordered(parse_number(text));
    case Family::Date:
      return ordered(base::parse_iso(text));
    case Family::Bool:
      return ordered(parse_bool(text));
    case Family::Ip: {
      const auto address = parse_ip_address(text);
      if (!address) return Match::Unreadable;
      return any([&](const Value& v) { return std::get<IpRange>(v).contains(*address); });
    }
    case Family::String:
    case Family::Null:
      break;
  }
  return any(
      [&](const Value& v) { return match_text(operator_->test, text, std::get<std::string>(v)); });
}

const Attribute* Condition::find(std::span<const Attribute> attributes) const {
  for (const auto& attribute : attributes) {
    if (base::equals_ignore_case(attribute.key, clause_.key)) return &attribute;
  }
  return nullptr;
}

bool Condition::holds(std::span<const Attribute> attributes, Effect effect) const {
  const auto* attribute = find(attributes);
  const bool present = attribute != nullptr && !attribute->values.empty();
  if (operator_->family == Family::Null) {
    return std::ranges::any_of(values_,
                               [&](const Value& v) { return std::get<bool>(v) != present; });
  }
  if (!present) return clause_.if_exists || clause_.set == ConditionClause::Set::ForAllValues;

  const auto fits = [&](std::string_view text) {
    const auto matched = match(text);
    if (matched == Match::Unreadable) return effect == Effect::Deny;
    return (matched == Match::Yes) != operator_->negative;
  };
  const bool every = clause_.set == ConditionClause::Set::ForAllValues ||
                     (clause_.set == ConditionClause::Set::None && operator_->negative);
  return every ? std::ranges::all_of(attribute->values, fits)
               : std::ranges::any_of(attribute->values, fits);
}

std::string Condition::describe(std::span<const Attribute> attributes) const {
  const auto* attribute = find(attributes);
  auto text = operator_text(clause_) + " " + clause_.key + " " + in_brackets(clause_.values) + ", ";
  if (attribute == nullptr || attribute->values.empty()) return text + "the request has none";
  return text + "the request has " + in_brackets(attribute->values);
}

}  // namespace jianmen::policy::detail
