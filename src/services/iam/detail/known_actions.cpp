#include "services/iam/detail/known_actions.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace jianmen::services::iam {

namespace {

// `*` stands for any text, also none.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string_view service_of(std::string_view action) { return action.substr(0, action.find(':')); }

}  // namespace

KnownActions::KnownActions(const catalog::Catalog& catalog) {
  for (const auto& operation : catalog.operations()) {
    if (!operation.action.empty()) by_service_.try_emplace(operation.service);
  }
  for (const auto& operation : catalog.operations()) {
    learn(operation.action);
    for (const auto& alias : operation.aliases) learn(alias);
  }
  learn("iam:agencies:assume");
  learn("iam:tokens:assume");
  for (const auto& role : catalog.system_roles()) {
    auto document = base::parse_json(role.policy);
    const auto* statements = document ? base::find_array(*document, "Statement") : nullptr;
    if (!statements) continue;
    for (const auto& statement : *statements) {
      const auto* actions = base::find_array(statement, "Action");
      if (!actions) continue;
      for (const auto& action : *actions) {
        if (action.is_string()) learn(std::string_view(action.get_string()));
      }
    }
  }
}

void KnownActions::learn(std::string_view action) {
  if (action.find('*') != std::string_view::npos) return;
  std::string lower = base::to_lower(action);
  const auto service = by_service_.find(service_of(lower));
  if (service != by_service_.end()) service->second.insert(std::move(lower));
}

bool KnownActions::may_name(std::string_view action) const {
  const std::string lower = base::to_lower(action);
  const auto service = by_service_.find(service_of(lower));
  if (service == by_service_.end())
    return true;  // unknown here, or a pattern in the service's place
  return std::ranges::any_of(service->second,
                             [&](const std::string& known) { return matches(lower, known); });
}

}  // namespace jianmen::services::iam
