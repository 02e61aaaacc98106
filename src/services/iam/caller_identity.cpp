// STS: who am I? Every value is text: one SDK reads the answer into a map of strings.

#include "services/iam/detail/own.hpp"
#include "services/iam/detail/parts.hpp"

namespace jianmen::services::iam {

namespace {

Outcome show_caller(const Dependencies&, const Call& call) {
  const auto& principal = *call.principal;
  std::string urn;
  if (principal.kind == identity::Principal::Kind::User) {
    urn = "iam::" + principal.account.value + ":user:" + principal.name;
  } else {
    // The principal's name is `<account>/<agency>`; the session is named after whoever assumed it.
    const auto slash = principal.name.rfind('/');
    const auto agency =
        slash == std::string::npos ? principal.name : principal.name.substr(slash + 1);
    const auto session = principal.assumed_by ? principal.assumed_by->user_name : "session";
    urn = "sts::" + principal.account.value + ":assumed-agency:" + agency + "/" + session;
  }
  return Reply(base::json::object{{"account_id", principal.account.value},
                                  {"principal_id", principal.id},
                                  {"principal_urn", urn}});
}

}  // namespace

void add_caller_identity(Functions& functions, const Dependencies& with) {
  add(functions, with, "GetCallerIdentity", Runs::OnLoop, show_caller);
}

}  // namespace jianmen::services::iam
