#pragma once
// Policy text → tree. Roles are Version 1.0 (with Depends), policies 1.1 (the policy grammar of the
// IAM guide); parsing is tolerant of case in Effect. What the API forbids in an account's own
// policy is checked by validate.hpp. Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace jianmen::policy {

enum class Effect { Allow, Deny };

struct ConditionClause {
  std::string op;  // "StringEquals", without set prefix and IfExists
  enum class Set { None, ForAllValues, ForAnyValue } set = Set::None;
  bool if_exists = false;
  std::string key;  // "g:UserName"
  std::vector<std::string> values;
};

struct Statement {
  Effect effect = Effect::Allow;
  std::vector<std::string> actions;  // exactly one of actions / not_actions is not empty
  std::vector<std::string> not_actions;
  std::vector<std::string> resources;       // empty: all
  std::vector<std::string> uris;            // the {"uri":[…]} form, agencies only
  std::vector<ConditionClause> conditions;  // all must hold
};

struct Dependency {
  std::string catalog;
  std::string display_name;
  friend bool operator==(const Dependency&, const Dependency&) = default;
};

struct Document {
  std::string version;  // "1.0" | "1.1"
  std::vector<Statement> statements;
  std::vector<Dependency> depends;
};

base::Result<Document> parse_document(const base::json::value& value);
base::Result<Document> parse_document(std::string_view text);
// A json::value is made of any literal; this one says that a literal is text.
inline base::Result<Document> parse_document(const char* text) {
  return parse_document(std::string_view(text));
}

}  // namespace jianmen::policy
