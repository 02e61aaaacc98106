#include "server/requests.hpp"

#include "diagnose/explain.hpp"

namespace jianmen::app {

namespace {

using services::FaultKind;

services::Outcome show_request(Installation& installation, const services::Call& call) {
  const auto entry = installation.journal().find(call.path("request_id"));
  if (!entry || !call.principal ||
      !is_of_account(*entry, installation.directory(), *call.principal)) {
    return services::fault(FaultKind::NotFound, "JIANMEN.0404",
                           "This account has no such request, or it was too long ago.");
  }
  const auto finding = installation.investigator().investigate(*entry);
  return services::Reply(diagnose::explain(
      *entry, installation.catalog(), installation.directory(),
      diagnose::parse_language(call.query("lang").value_or("en")), finding.get()));
}

}  // namespace

bool is_of_account(const gateway::JournalEntry& entry, const directory::Directory& directory,
                   const identity::Principal& asker) {
  if (entry.principal) return entry.principal->account == asker.account_name;
  if (!entry.refusal) return false;
  if (const auto* ak = entry.refusal->find("ak")) {
    const auto key = directory.find_access_key(identity::AccessKeyId(*ak));
    return key && key->account == asker.account;
  }
  const auto* account = entry.refusal->find("token_account");
  return account && *account == asker.account_name;
}

services::ServiceDefinition requests_definition(Installation& installation) {
  services::ServiceDefinition definition;
  definition.name = "jianmen";
  definition.functions.push_back(
      {"ShowRequest", services::Runs::OnPool,
       [&installation](const services::Call& call) { return show_request(installation, call); }});
  return definition;
}

}  // namespace jianmen::app
