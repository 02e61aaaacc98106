#include "policy/document.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/encoding.hpp"
#include "policy/detail/condition.hpp"

namespace jianmen::policy {

namespace {

using base::Code;
using base::fail;
using base::Result;
namespace json = base::json;

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

// A key that is not understood could narrow what its writer meant to give: refused, never skipped.
Result<> check_keys(const json::object& object, std::span<const std::string_view> known,
                    std::string_view where) {
  for (const auto& member : object) {
    if (std::ranges::find(known, std::string_view(member.key())) == known.end()) {
      return fail(Code::InvalidArgument,
                  std::string(where) + " has the unknown key " + quoted(member.key()));
    }
  }
  return {};
}

// An array of texts, or one text alone; at least one, none empty.
Result<std::vector<std::string>> parse_texts(const json::value& value, std::string_view name) {
  std::vector<std::string> texts;
  const auto bad = [&] {
    return fail(Code::InvalidArgument,
                std::string(name) + " must be a list of texts, at least one, none empty");
  };
  if (value.is_string()) {
    texts.emplace_back(std::string_view(value.get_string()));
  } else if (value.is_array()) {
    for (const auto& item : value.get_array()) {
      if (!item.is_string()) return bad();
      texts.emplace_back(std::string_view(item.get_string()));
    }
  }
  if (texts.empty() || std::ranges::find(texts, std::string()) != texts.end()) return bad();
  return texts;
}

Result<Effect> parse_effect(const json::value* value) {
  if (value != nullptr && value->is_string()) {
    const std::string_view text = value->get_string();
    if (base::equals_ignore_case(text, "Allow")) return Effect::Allow;
    if (base::equals_ignore_case(text, "Deny")) return Effect::Deny;
  }
  return fail(Code::InvalidArgument, "Effect must be Allow or Deny");
}

Result<> parse_actions(const json::object& object, Statement& statement) {
  const auto* action = object.if_contains("Action");
  const auto* not_action = object.if_contains("NotAction");
  if ((action == nullptr) == (not_action == nullptr)) {
    return fail(Code::InvalidArgument, "a statement needs either Action or NotAction");
  }
  auto texts = parse_texts(action != nullptr ? *action : *not_action,
                           action != nullptr ? "Action" : "NotAction");
  if (!texts) return error_of(texts);
  (action != nullptr ? statement.actions : statement.not_actions) = std::move(*texts);
  return {};
}

Result<> parse_resources(const json::object& object, Statement& statement) {
  const auto* resource = object.if_contains("Resource");
  if (resource == nullptr) return {};
  if (!resource->is_object()) {
    auto texts = parse_texts(*resource, "Resource");
    if (!texts) return error_of(texts);
    statement.resources = std::move(*texts);
    return {};
  }
  const auto& form = resource->get_object();
  const auto* uri = form.if_contains("uri");
  if (uri == nullptr || form.size() != 1) {
    return fail(Code::InvalidArgument, "a Resource object holds 'uri' and nothing else");
  }
  auto texts = parse_texts(*uri, "Resource.uri");
  if (!texts) return error_of(texts);
  statement.uris = std::move(*texts);
  return {};
}

Result<> parse_conditions(const json::object& object, Statement& statement) {
  const auto* condition = object.if_contains("Condition");
  if (condition == nullptr) return {};
  if (!condition->is_object() || condition->get_object().empty()) {
    return fail(Code::InvalidArgument, "Condition must be an object with at least one operator");
  }
  for (const auto& member : condition->get_object()) {
    auto prototype = detail::parse_operator(member.key());
    if (!prototype) return error_of(prototype);
    const auto* keys = member.value().if_object();
    if (keys == nullptr || keys->empty()) {
      return fail(Code::InvalidArgument,
                  "Condition operator " + quoted(member.key()) + " must hold at least one key");
    }
    for (const auto& key : *keys) {
      auto values = parse_texts(key.value(), "Condition key " + quoted(key.key()));
      if (!values) return error_of(values);
      auto clause = *prototype;
      clause.key = key.key();
      clause.values = std::move(*values);
      statement.conditions.push_back(std::move(clause));
    }
  }
  return {};
}

Result<Statement> parse_statement(const json::value& value) {
  static constexpr std::array<std::string_view, 6> kKeys = {"Sid",       "Effect",   "Action",
                                                            "NotAction", "Resource", "Condition"};
  if (!value.is_object()) return fail(Code::InvalidArgument, "a statement must be an object");
  const auto& object = value.get_object();
  if (auto checked = check_keys(object, kKeys, "a statement"); !checked) return error_of(checked);
  auto effect = parse_effect(object.if_contains("Effect"));
  if (!effect) return error_of(effect);
  Statement statement;
  statement.effect = *effect;
  if (auto done = parse_actions(object, statement); !done) return error_of(done);
  if (auto done = parse_resources(object, statement); !done) return error_of(done);
  if (auto done = parse_conditions(object, statement); !done) return error_of(done);
  return statement;
}

Result<std::vector<Dependency>> parse_depends(const json::object& object) {
  std::vector<Dependency> depends;
  const auto* value = object.if_contains("Depends");
  if (value == nullptr) return depends;
  if (!value->is_array()) return fail(Code::InvalidArgument, "Depends must be a list");
  for (const auto& item : value->get_array()) {
    const auto catalog = base::find_string(item, "catalog");
    const auto name = base::find_string(item, "display_name");
    if (!catalog || !name) {
      return fail(Code::InvalidArgument, "Depends needs catalog and display_name in every item");
    }
    depends.push_back({std::string(*catalog), std::string(*name)});
  }
  return depends;
}

}  // namespace

Result<Document> parse_document(const json::value& value) {
  static constexpr std::array<std::string_view, 3> kKeys = {"Version", "Statement", "Depends"};
  if (!value.is_object()) return fail(Code::InvalidArgument, "a policy must be an object");
  const auto& object = value.get_object();
  if (auto checked = check_keys(object, kKeys, "the policy"); !checked) return error_of(checked);

  Document document;
  document.version = base::string_or(value, "Version", "");
  if (document.version != "1.0" && document.version != "1.1") {
    return fail(Code::InvalidArgument, "Version must be 1.0 or 1.1");
  }
  const auto* statements = base::find_array(value, "Statement");
  if (statements == nullptr || statements->empty()) {
    return fail(Code::InvalidArgument, "Statement must be a list of at least one");
  }
  for (const auto& item : *statements) {
    auto statement = parse_statement(item);
    if (!statement) return error_of(statement);
    document.statements.push_back(std::move(*statement));
  }
  auto depends = parse_depends(object);
  if (!depends) return error_of(depends);
  document.depends = std::move(*depends);
  return document;
}

Result<Document> parse_document(std::string_view text) {
  auto value = base::parse_json(text);
  if (!value) return error_of(value);
  return parse_document(*value);
}

}  // namespace jianmen::policy
