#pragma once
// The compiled form of a set of roles: rules, found by the service, type and name of an action.
// What a decision looks at are four keys of a hash table for each name of the action
// ("ecs:servers:list", "ecs:servers:", "ecs:" and "" for patterns without a fixed service), however
// many rules other services have.

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/detail/condition.hpp"
#include "policy/detail/pattern.hpp"
#include "policy/evaluate.hpp"

namespace jianmen::policy::detail {

struct Rule {
  StatementRef at;
  Effect effect = Effect::Allow;
  std::uint32_t role = 0;                         // index in Index::roles
  std::vector<std::string> actions, not_actions;  // normalised
  std::vector<std::string> resources, uris;
  std::vector<Condition> conditions;
};

struct RoleEntry {
  std::vector<std::uint32_t> own_denies;  // rules that limit this role alone (Version 1.0)
  std::string missing;  // "Tenant Guest (BASE), …": what it depends on and the set lacks; then it
                        // gives nothing
};

// The names by which a request's action is known, in lower case. Without allocation for up to four
// names of at most 96 characters, which all of the cloud's are.
class ActionNames {
 public:
  ActionNames(std::string_view action, std::span<const std::string> aliases);
  ActionNames(const ActionNames&) = delete;
  ActionNames& operator=(const ActionNames&) = delete;
  std::span<const std::string_view> all() const { return names_; }

 private:
  static constexpr std::size_t kNames = 4, kLength = 96;
  std::array<char, kNames * kLength> text_;
  std::array<std::string_view, kNames> few_;
  std::vector<std::string> long_text_;
  std::vector<std::string_view> many_;
  std::span<const std::string_view> names_;
};

// Where rules that can match an action are filed: under the action itself, its type, its service,
// and nothing.
class ActionKeys {
 public:
  explicit ActionKeys(std::string_view action);
  std::span<const std::string_view> all() const { return {keys_.data(), size_}; }

 private:
  std::array<std::string_view, 4> keys_;
  std::size_t size_ = 0;
};

bool matches_names(const Rule& rule, std::span<const std::string_view> names);

// Rules of one effect, by the actions that they name.
class RuleTable {
 public:
  void add(const Rule& rule, std::uint32_t number);
  bool empty() const { return by_key_.empty() && negated_.empty(); }

  // Calls visit(number) for every rule that may match (NotAction: matches_names() is still to be
  // asked), possibly more than once, until it answers true.
  template <class Visit>
  bool visit(std::span<const std::string_view> names, Visit&& visit) const {
    for (const auto name : names) {
      const ActionKeys keys(name);
      for (const auto key : keys.all()) {
        const auto found = by_key_.find(key);
        if (found == by_key_.end()) continue;
        for (const auto& entry : found->second) {
          if (!entry.pattern.empty() && !matches_action(entry.pattern, name)) continue;
          if (visit(entry.rule)) return true;
        }
      }
    }
    for (const auto number : negated_) {
      if (visit(number)) return true;
    }
    return false;
  }

 private:
  struct Entry {
    std::string pattern;  // empty: the key says it all
    std::uint32_t rule;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, std::vector<Entry>, Hash, std::equal_to<>> by_key_;
  std::vector<std::uint32_t> negated_;
};

}  // namespace jianmen::policy::detail

namespace jianmen::policy {

struct Compiled::Index {
  std::vector<detail::Rule> rules;
  std::vector<detail::RoleEntry> roles;
  std::vector<std::string> role_names;
  detail::RuleTable denies;  // of the whole set
  detail::RuleTable allows;
  detail::RuleTable inert;  // what roles would allow that lack a role they depend on
  bool has_resources = false;
  bool has_conditions = false;

  static base::Result<std::shared_ptr<const Index>> create(std::span<const identity::Role> roles);
};

}  // namespace jianmen::policy
