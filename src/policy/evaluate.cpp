#include "policy/evaluate.hpp"

#include <algorithm>

#include "policy/detail/index.hpp"

namespace jianmen::policy {

namespace {

using detail::Rule;
using Why = NearMiss::Why;

// The recorder of decide(): everything folds away.
struct Silent {
  static constexpr bool kKeeps = false;
};

// The recorder of explain(). A rule is reached once for every action pattern that matches, and told
// once.
struct Keeper {
  static constexpr bool kKeeps = true;
  std::vector<NearMiss> near_misses;

  void keep(Why why, const Rule& rule, std::string detail) {
    const auto told = std::ranges::any_of(near_misses, [&](const NearMiss& miss) {
      return miss.at.role == rule.at.role && miss.at.statement == rule.at.statement;
    });
    if (!told) near_misses.push_back({why, rule.at, std::move(detail)});
  }
};

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

// One evaluation of one request, with or without a recorder.
template <class Recorder>
class Evaluation {
 public:
  Evaluation(const std::shared_ptr<const Compiled::Index>& index, const Request& request,
             Recorder& recorder)
      : index_(index),
        request_(request),
        names_(request.action, request.aliases),
        recorder_(recorder) {}

  Decision run() {
    Decision decision;
    if (find_deny(decision) || find_allow(decision)) return decision;
    if constexpr (Recorder::kKeeps) record_inert();
    return decision;
  }

 private:
  using Outcome = Decision::Outcome;

  Decision decided(Outcome outcome, const Rule& rule) const {
    return {outcome, std::shared_ptr<const StatementRef>(index_, &rule.at)};
  }

  bool find_deny(Decision& decision) const {
    if (index_->denies.empty()) return false;
    return index_->denies.visit(names_.all(), [&](std::uint32_t number) {
      const auto& rule = index_->rules[number];
      if (!applies(rule)) return false;
      decision = decided(Outcome::Denied, rule);
      return true;
    });
  }

  bool find_allow(Decision& decision) {
    return index_->allows.visit(names_.all(), [&](std::uint32_t number) {
      const auto& rule = index_->rules[number];
      if (!names_match(rule)) return false;
      if (!resource_matches(rule)) return miss(Why::Resource, rule);
      if (!conditions_hold(rule)) return miss(Why::Condition, rule);
      if (const auto* deny = own_deny(rule)) return miss(Why::OwnDeny, rule, deny);
      decision = decided(Outcome::Allowed, rule);
      return true;
    });
  }

  void record_inert() {
    index_->inert.visit(names_.all(), [&](std::uint32_t number) {
      const auto& rule = index_->rules[number];
      if (names_match(rule)) miss(Why::Depends, rule);
      return false;
    });
  }

  bool applies(const Rule& rule) const {
    return names_match(rule) && resource_matches(rule) && conditions_hold(rule);
  }

  // The table has matched Action patterns already; NotAction it has not.
  bool names_match(const Rule& rule) const {
    return !rule.actions.empty() || detail::matches_names(rule, names_.all());
  }

  bool resource_matches(const Rule& rule) const {
    if (!rule.uris.empty()) {
      return !request_.uri.empty() && std::ranges::any_of(rule.uris, [&](const auto& uri) {
        return matches_wildcard(uri, request_.uri, false);
      });
    }
    if (rule.resources.empty()) return true;
    return !request_.resource.empty() && std::ranges::any_of(rule.resources, [&](const auto& r) {
      return detail::matches_resource(r, request_.resource);
    });
  }

  bool conditions_hold(const Rule& rule) const {
    return std::ranges::all_of(rule.conditions, [&](const auto& condition) {
      return condition.holds(request_.attributes, rule.effect);
    });
  }

  const Rule* own_deny(const Rule& rule) const {
    for (const auto number : index_->roles[rule.role].own_denies) {
      const auto& deny = index_->rules[number];
      if (detail::matches_names(deny, names_.all()) && resource_matches(deny) &&
          conditions_hold(deny)) {
        return &deny;
      }
    }
    return nullptr;
  }

  bool miss(Why why, const Rule& rule, const Rule* deny = nullptr) {
    if constexpr (Recorder::kKeeps) recorder_.keep(why, rule, detail_of(why, rule, deny));
    return false;
  }

  std::string detail_of(Why why, const Rule& rule, const Rule* deny) const {
    switch (why) {
      case Why::Resource:
        return joined(rule.uris.empty() ? rule.resources : rule.uris);
      case Why::Depends:
        return index_->roles[rule.role].missing;
      case Why::OwnDeny:
        return joined(deny->actions.empty() ? deny->not_actions : deny->actions);
      case Why::Condition:
        break;
    }
    std::vector<std::string> failed;
    for (const auto& condition : rule.conditions) {
      if (condition.holds(request_.attributes, rule.effect)) continue;
      failed.push_back(condition.describe(request_.attributes));
    }
    return joined(failed);
  }

  const std::shared_ptr<const Compiled::Index>& index_;
  const Request& request_;
  const detail::ActionNames names_;
  Recorder& recorder_;
};

// Does the rule speak of some action (Any), of every action (Whole) of one of the services?
bool reaches(const Rule& rule, const ServiceRequest& request, ServiceRequest::Reach reach) {
  const bool whole = reach == ServiceRequest::Reach::Whole;
  return std::ranges::any_of(request.services, [&](std::string_view service) {
    const auto touched = [&](const auto& pattern) {
      return detail::touches_service(pattern, service);
    };
    const auto covered = [&](const auto& pattern) {
      return detail::covers_service(pattern, service);
    };
    if (rule.actions.empty()) {
      return whole ? std::ranges::none_of(rule.not_actions, touched)
                   : std::ranges::none_of(rule.not_actions, covered);
    }
    return whole ? std::ranges::any_of(rule.actions, covered)
                 : std::ranges::any_of(rule.actions, touched);
  });
}

}  // namespace

Compiled::Compiled(std::shared_ptr<const Index> index) : index_(std::move(index)) {}
Compiled::~Compiled() = default;

base::Result<std::shared_ptr<const Compiled>> Compiled::create(
    std::span<const identity::Role> roles) {
  auto index = Index::create(roles);
  if (!index) return error_of(index);
  return std::make_shared<const Compiled>(std::move(*index));
}

Decision Compiled::decide(const Request& request) const {
  Silent silent;
  return Evaluation<Silent>(index_, request, silent).run();
}

Explanation Compiled::explain(const Request& request) const {
  Keeper keeper;
  auto decision = Evaluation<Keeper>(index_, request, keeper).run();
  return {std::move(decision), std::move(keeper.near_misses)};
}

// Such operations are few and cheap to ask about; a walk over the rules is simpler than an index
// for them. What is limited to some resources does not reach a whole service.
Decision Compiled::decide(const ServiceRequest& request) const {
  using Reach = ServiceRequest::Reach;
  const auto applies = [&](const Rule& rule, Reach reach) {
    return rule.resources.empty() && rule.uris.empty() && reaches(rule, request, reach) &&
           std::ranges::all_of(rule.conditions, [&](const auto& condition) {
             return condition.holds(request.attributes, rule.effect);
           });
  };
  const auto at = [&](const Rule& rule) {
    return std::shared_ptr<const StatementRef>(index_, &rule.at);
  };
  const Rule* allowed_by = nullptr;
  for (const auto& rule : index_->rules) {
    const auto& role = index_->roles[rule.role];
    if (!role.missing.empty()) continue;
    const auto is_own = [&](std::uint32_t number) { return &index_->rules[number] == &rule; };
    if (rule.effect == Effect::Deny) {
      if (std::ranges::none_of(role.own_denies, is_own) && applies(rule, Reach::Whole)) {
        return {Decision::Outcome::Denied, at(rule)};
      }
    } else if (allowed_by == nullptr && applies(rule, request.reach) &&
               std::ranges::none_of(role.own_denies, [&](std::uint32_t number) {
                 return applies(index_->rules[number], Reach::Whole);
               })) {
      allowed_by = &rule;
    }
  }
  if (allowed_by == nullptr) return {};
  return {Decision::Outcome::Allowed, at(*allowed_by)};
}

bool Compiled::has_resources() const { return index_->has_resources; }

bool Compiled::has_conditions() const { return index_->has_conditions; }

std::span<const std::string> Compiled::role_names() const { return index_->role_names; }

}  // namespace jianmen::policy
