#include "policy/detail/index.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace jianmen::policy::detail {

namespace {

void lower_into(std::string_view text, char* out) {
  std::ranges::transform(text, out, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

std::vector<std::string> normalized(const std::vector<std::string>& actions) {
  std::vector<std::string> out;
  for (const auto& action : actions) out.push_back(normalize_action(action));
  return out;
}

// The narrowest key under which every action that the pattern matches looks.
std::string_view filing_key(std::string_view pattern) {
  if (!has_wildcard(pattern)) return pattern;
  const auto service_end = pattern.find(':');
  if (service_end == std::string_view::npos) return {};
  const auto service = pattern.substr(0, service_end + 1);
  if (has_wildcard(service)) return {};
  const auto type_end = pattern.find(':', service_end + 1);
  if (type_end == std::string_view::npos) return service;
  const auto type = pattern.substr(0, type_end + 1);
  return has_wildcard(type) ? service : type;
}

}  // namespace

ActionNames::ActionNames(std::string_view action, std::span<const std::string> aliases) {
  const bool is_short =
      aliases.size() < kNames && action.size() <= kLength &&
      std::ranges::all_of(aliases, [](const auto& alias) { return alias.size() <= kLength; });
  if (is_short) {
    std::size_t count = 0;
    const auto add = [&](std::string_view name) {
      char* out = text_.data() + count * kLength;
      lower_into(name, out);
      few_[count++] = {out, name.size()};
    };
    add(action);
    for (const auto& alias : aliases) add(alias);
    names_ = {few_.data(), count};
    return;
  }
  long_text_.push_back(base::to_lower(action));
  for (const auto& alias : aliases) long_text_.push_back(base::to_lower(alias));
  many_.assign(long_text_.begin(), long_text_.end());
  names_ = many_;
}

ActionKeys::ActionKeys(std::string_view action) {
  keys_[size_++] = action;
  const auto service_end = action.find(':');
  if (service_end != std::string_view::npos) {
    const auto type_end = action.find(':', service_end + 1);
    if (type_end != std::string_view::npos) keys_[size_++] = action.substr(0, type_end + 1);
    keys_[size_++] = action.substr(0, service_end + 1);
  }
  keys_[size_++] = {};
}

bool matches_names(const Rule& rule, std::span<const std::string_view> names) {
  const auto matched_by = [&](const std::vector<std::string>& patterns) {
    return std::ranges::any_of(patterns, [&](const auto& pattern) {
      return std::ranges::any_of(names, [&](auto name) { return matches_action(pattern, name); });
    });
  };
  return rule.actions.empty() ? !matched_by(rule.not_actions) : matched_by(rule.actions);
}

void RuleTable::add(const Rule& rule, std::uint32_t number) {
  if (rule.actions.empty()) negated_.push_back(number);
  for (const auto& action : rule.actions) {
    by_key_[std::string(filing_key(action))].push_back(
        {has_wildcard(action) ? action : std::string(), number});
  }
}

}  // namespace jianmen::policy::detail

namespace jianmen::policy {

namespace {

using detail::Rule;

std::string missing_of(const Document& document, std::span<const identity::Role> roles) {
  std::string missing;
  for (const auto& needed : document.depends) {
    const bool present = std::ranges::any_of(roles, [&](const auto& role) {
      return role.display_name == needed.display_name &&
             base::equals_ignore_case(role.catalog, needed.catalog);
    });
    if (present) continue;
    if (!missing.empty()) missing += ", ";
    missing += needed.display_name + " (" + needed.catalog + ")";
  }
  return missing;
}

base::Result<Rule> make_rule(const Statement& statement, StatementRef at, std::uint32_t role) {
  Rule rule;
  rule.at = std::move(at);
  rule.effect = statement.effect;
  rule.role = role;
  rule.actions = detail::normalized(statement.actions);
  rule.not_actions = detail::normalized(statement.not_actions);
  rule.resources = statement.resources;
  rule.uris = statement.uris;
  for (const auto& clause : statement.conditions) {
    auto condition = detail::Condition::create(clause);
    if (!condition) return error_of(condition);
    rule.conditions.push_back(std::move(*condition));
  }
  return rule;
}

void file_rule(Compiled::Index& index, const Document& document, Rule rule) {
  const auto number = static_cast<std::uint32_t>(index.rules.size());
  auto& role = index.roles[rule.role];
  const bool allows = rule.effect == Effect::Allow;
  if (document.version == "1.0" && !allows) {
    role.own_denies.push_back(number);
  } else if (!role.missing.empty()) {
    if (allows) index.inert.add(rule, number);
  } else {
    (allows ? index.allows : index.denies).add(rule, number);
  }
  index.has_resources |= !rule.resources.empty();
  index.has_conditions |= !rule.conditions.empty();
  index.rules.push_back(std::move(rule));
}

}  // namespace

base::Result<std::shared_ptr<const Compiled::Index>> Compiled::Index::create(
    std::span<const identity::Role> roles) {
  auto index = std::make_shared<Index>();
  for (const auto& role : roles) {
    const auto broken = [&](const base::Error& error) {
      return base::fail(error.code, "role '" + role.display_name + "': " + error.message);
    };
    auto document = parse_document(std::string_view(role.policy));
    if (!document) return broken(document.error());
    index->roles.push_back({{}, missing_of(*document, roles)});
    index->role_names.push_back(role.name);
    const auto number = static_cast<std::uint32_t>(index->roles.size() - 1);
    for (std::size_t i = 0; i < document->statements.size(); ++i) {
      auto rule = make_rule(document->statements[i], {role.id, role.display_name, i}, number);
      if (!rule) return broken(rule.error());
      file_rule(*index, *document, std::move(*rule));
    }
  }
  return index;
}

}  // namespace jianmen::policy
