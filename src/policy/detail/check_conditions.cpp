#include "policy/detail/check_conditions.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "policy/detail/condition.hpp"
#include "policy/detail/violation.hpp"

namespace jianmen::policy::detail {

namespace {

namespace json = base::json;
using Check = std::optional<Violation>;

constexpr std::size_t kMostOperators = 10;
constexpr std::size_t kMostKeys = 10;
constexpr std::size_t kMostValueLength = 1024;

// The global keys of policies 1.1; the services' own keys are of any type.
struct GlobalKey {
  std::string_view name;
  Family family;
};
constexpr std::array kGlobalKeys{
    GlobalKey{"g:CurrentTime", Family::Date},     GlobalKey{"g:DomainId", Family::String},
    GlobalKey{"g:DomainName", Family::String},    GlobalKey{"g:ProjectName", Family::String},
    GlobalKey{"g:ServiceName", Family::String},   GlobalKey{"g:UserId", Family::String},
    GlobalKey{"g:UserName", Family::String},      GlobalKey{"g:MFAPresent", Family::Bool},
    GlobalKey{"g:MFAAge", Family::Number},        GlobalKey{"g:SourceIp", Family::Ip},
    GlobalKey{"g:SecureTransport", Family::Bool}, GlobalKey{"g:RequestedRegion", Family::String},
};

bool is_service_key(std::string_view key) {
  const auto colon = key.find(':');
  return colon != std::string_view::npos && colon > 0 && colon + 1 < key.size() &&
         is_word(key.substr(0, colon), "-_") && is_word(key.substr(colon + 1), "-_./:");
}

Check check_key(const std::string& key, const ConditionClause& clause) {
  const auto wrong_attribute = [&] { return violates(1052, "Invalid Attribute '" + key + "'."); };
  if (!is_service_key(key)) return wrong_attribute();
  if (!base::equals_ignore_case(key.substr(0, 2), "g:")) return {};
  const auto known = std::ranges::find_if(kGlobalKeys, [&](const GlobalKey& global) {
    return base::equals_ignore_case(global.name, key);
  });
  if (known == kGlobalKeys.end()) return wrong_attribute();
  const auto family = find_operator(clause.op)->family;
  if (family == Family::Null || family == known->family) return {};
  return violates(
      1055, "Attribute '" + key + "' does not match operator '" + operator_text(clause) + "'.");
}

Check check_value(const json::value& value, const std::string& key, const ConditionClause& clause) {
  if (!value.is_string()) return violates(1060, "The value of key '" + key + "' must be a string.");
  const std::string text(std::string_view(value.get_string()));
  const auto length = length_of(text);
  if (length == 0 || length > kMostValueLength) {
    return violates(1056,
                    "The length " + std::to_string(length) + " of attribute '" + key +
                        "' for operator '" + operator_text(clause) +
                        "' must be greater than 0 and less than or equal to 1024 characters.");
  }
  const bool printable = base::is_utf8(text) && std::ranges::none_of(text, [](char c) {
                           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                         });
  auto probe = clause;
  probe.key = key;
  probe.values = {text};
  if (printable && Condition::create(probe)) return {};
  return violates(1057, "Value " + text + " of attribute " + key + " for operator " +
                            operator_text(clause) + " contains invalid characters.");
}

Check check_values(const json::value& values, const std::string& key,
                   const ConditionClause& clause) {
  if (!values.is_array()) return violates(1053, "Attribute '" + key + "' must be a JSONArray.");
  if (values.get_array().empty()) {
    return violates(1054, "The number 0 of attributes '" + key + "' for operator '" +
                              operator_text(clause) +
                              "' must be greater than 0 and less than or equal to 10.");
  }
  for (const auto& value : values.get_array()) {
    if (auto wrong = check_value(value, key, clause)) return wrong;
  }
  return {};
}

Check check_operator(std::string_view name, const json::value& keys) {
  const auto clause = parse_operator(name);
  if (!clause) return violates(1059, "Invalid key '" + std::string(name) + "'.");
  if (!keys.is_object()) {
    return violates(1051, "The values of Operator '" + std::string(name) + "' cannot be null.");
  }
  const auto& object = keys.get_object();
  if (object.empty() || object.size() > kMostKeys) {
    const std::string first = object.empty() ? "" : std::string(object.begin()->key());
    return violates(1054, "The number " + std::to_string(object.size()) + " of attributes '" +
                              first + "' for operator '" + std::string(name) +
                              "' must be greater than 0 and less than or equal to 10.");
  }
  for (const auto& member : object) {
    const std::string key(member.key());
    if (auto wrong = check_key(key, *clause)) return wrong;
    if (auto wrong = check_values(member.value(), key, *clause)) return wrong;
  }
  return {};
}

}  // namespace

Check check_conditions(const json::value& condition) {
  const auto count = condition.is_object() ? condition.get_object().size() : 0;
  if (count == 0 || count > kMostOperators) {
    return violates(1050, "The number of conditions " + std::to_string(count) +
                              " must be greater than 0 and less than or equal to 10.");
  }
  for (const auto& member : condition.get_object()) {
    if (auto wrong = check_operator(member.key(), member.value())) return wrong;
  }
  return {};
}

}  // namespace jianmen::policy::detail
