#include "upstream/identity_fields.hpp"

#include <algorithm>

namespace jianmen::upstream {

namespace {

using identity::CredentialKind;
using identity::Principal;
using identity::Scope;

constexpr std::size_t kMostKept = 10'000;

// Names are anybody's text: what could end a line becomes a question mark.
void add(std::string& lines, std::string_view name, std::string_view value) {
  lines.append(name).append(": ");
  std::ranges::transform(value, std::back_inserter(lines), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f ? '?' : c;
  });
  lines.append("\r\n");
}

}  // namespace

std::string_view IdentityFields::lines(const Principal& principal, const Scope& scope,
                                       base::Time now) {
  // What a credential of this name proves is fixed as long as the directory is.
  const std::string_view credential = principal.credential == CredentialKind::Token
                                          ? std::string_view(principal.audit_id)
                                          : std::string_view(principal.access_key.value);
  if (credential.empty()) return uncached_ = make(principal, scope);
  const std::uint64_t generation = directory_.generation();
  key_.assign(credential).append(principal.credential == CredentialKind::Token ? " t " : " k ");
  key_.append(scope.kind == Scope::Kind::Domain ? "domain" : scope.project.value);
  if (const auto found = kept_.find(key_); found != kept_.end()) {
    if (found->second.generation == generation && now < found->second.until) {
      return found->second.lines;
    }
  }
  if (kept_.size() >= kMostKept) kept_.clear();
  Kept& kept = kept_[key_];
  kept.generation = generation;
  kept.until = std::min(now + token_life_ / 2, principal.expires);
  kept.lines = make(principal, scope);
  return kept.lines;
}

std::string IdentityFields::make(const Principal& principal, const Scope& scope) {
  std::string lines;
  add(lines, "X-Identity-Status", "Confirmed");
  add(lines, "X-User-Id", principal.id);
  add(lines, "X-User-Name", principal.name);
  add(lines, "X-Domain-Id", principal.account.value);
  add(lines, "X-Domain-Name", principal.account_name);
  if (scope.kind == Scope::Kind::Project) {
    add(lines, "X-Project-Id", scope.project.value);
    add(lines, "X-Project-Name", scope.project_name);
  }
  std::string roles;
  for (const auto& role : authorizer_.role_names(principal, scope)) {
    if (!roles.empty()) roles += ',';
    roles += role;
  }
  add(lines, "X-Roles", roles);
  // Without a token when none can be had, say in a scope that the credential does not reach: the
  // upstream then knows who calls, and cannot act for them.
  const auto token = issuer_.token_from(principal, scope);
  if (token) add(lines, "X-Auth-Token", token->text);
  return lines;
}

}  // namespace jianmen::upstream
