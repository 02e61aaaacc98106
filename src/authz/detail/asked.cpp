#include "authz/detail/asked.hpp"

#include <array>
#include <chrono>

#include "base/time_text.hpp"

namespace jianmen::authz::detail {

using identity::Scope;

namespace {

bool is_in_project(const Question& question) {
  return question.service != "iam" && question.scope.kind == Scope::Kind::Project;
}

}  // namespace

const identity::Scope& scope_of(const Question& question) {
  static const Scope domain{Scope::Kind::Domain, {}, {}};
  return is_in_project(question) ? question.scope : domain;
}

Asked::Asked(const identity::Principal& principal, const Question& question,
             const policy::Compiled& set)
    : question_(question), set_(set) {
  // All resources of the service in this project: what a list or a create without an id of its own
  // touches.
  if (set.has_resources() && question.resource.empty() && is_in_project(question)) {
    resource_.append(question.service).append(":").append(question.region);
    resource_.append(":").append(principal.account.value).append(":*:*");
  }
  if (set.has_conditions()) add_attributes(principal);
}

void Asked::add(std::string_view key, std::string_view value) {
  if (!value.empty()) attributes_.push_back({key, {value}});
}

void Asked::add_attributes(const identity::Principal& principal) {
  now_ = base::to_iso_seconds(question_.now);
  if (principal.mfa_at) {
    const auto age =
        std::chrono::duration_cast<std::chrono::seconds>(question_.now - *principal.mfa_at);
    mfa_age_ = std::to_string(age.count());
  }
  add("g:CurrentTime", now_);
  add("g:DomainId", principal.account.value);
  add("g:DomainName", principal.account_name);
  add("g:UserId", principal.id);
  add("g:UserName", principal.name);
  if (is_in_project(question_)) add("g:ProjectName", question_.scope.project_name);
  add("g:ServiceName", question_.service);
  add("g:RequestedRegion", question_.region);
  add("g:MFAPresent", principal.mfa_at ? "true" : "false");
  add("g:MFAAge", mfa_age_);
  add("g:SourceIp", question_.peer);
  add("g:SecureTransport", question_.secure ? "true" : "false");
}

policy::Request Asked::request() const {
  return {question_.action, question_.aliases,
          question_.resource.empty() ? std::string_view(resource_) : question_.resource,
          question_.uri, attributes_};
}

// Where no action exists, a read of IAM would otherwise open what only its administrators may do.
policy::Decision Asked::decide_service() const {
  static constexpr std::array<std::string_view, 2> kIam = {"iam", "identity"};
  if (question_.service == "iam") {
    return set_.decide(
        policy::ServiceRequest{kIam, policy::ServiceRequest::Reach::Whole, attributes_});
  }
  return set_.decide(policy::ServiceRequest{
      {&question_.service, 1}, policy::ServiceRequest::Reach::Any, attributes_});
}

policy::Decision Asked::decide() const {
  return question_.action.empty() ? decide_service() : set_.decide(request());
}

policy::Explanation Asked::explain() const {
  if (question_.action.empty()) return {decide_service(), {}};
  return set_.explain(request());
}

}  // namespace jianmen::authz::detail
