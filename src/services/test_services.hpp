#pragma once
// For the tests of the frame: a regional service (ecs) and a global one (tms) whose functions only
// show what they were given.

#include <stdexcept>

#include "services/iam/detail/test_front.hpp"
#include "services/tms/faults.hpp"

namespace jianmen::services {

namespace json = base::json;
using iam::Answer;
using identity::Cause;
using identity::GrantScope;

inline constexpr char kScopeMismatch[] =
    R"({"error":{"message":"tenantId in token is not the same with in URL.","code":"Common.0018"}})";
inline constexpr char kForbidden[] =
    R"({"error":{"message":"do not have the required roles, forbidden to perform this action.","code":"Ecs.0110"}})";
inline constexpr char kIllegal[] =
    R"({"error":{"message":"request body is illegal.","code":"Ecs.0005"}})";

inline Outcome show(const Call& call) {
  json::object seen{{"operation", call.operation.name},
                    {"project", call.project ? call.project->name : ""},
                    {"region", call.region},
                    {"body", call.body},
                    {"base_url", call.base_url()}};
  for (const auto& [name, value] : call.header_values) seen[name] = value;
  for (const auto& [name, value] : call.query_values) seen[name] = value;
  return Reply(std::move(seen));
}

class FrameTest : public iam::Front {
 protected:
  FrameTest() {
    serve(ecs);
    serve(tms);
    const auto viewers = must(directory.create_group(account.id, "viewers", ""));
    grant_on(viewers, "ECS ReadOnlyAccess", project);
    grant_on(viewers, "ECS ReadOnlyAccess", east);
    must(directory.add_member(viewers.id, viewer.id));
  }

  void grant_on(const identity::Group& group, std::string_view role, const identity::Project& on) {
    identity::Grant made;
    made.account = group.account;
    made.holder_id = group.id.value;
    made.role = identity::RoleId(role_id(role));
    made.scope = GrantScope::Project;
    made.project = on.id;
    must(directory.grant(made));
  }
  static std::string list_in(std::string_view project_id) {
    return "/v1/" + std::string(project_id) + "/cloudservers/detail";
  }
  std::string list = list_in(project.id.value);

  ServiceDefinition ecs{
      "ecs",
      {{"ListServersDetails", Runs::OnLoop, show},
       {"CreateServers", Runs::OnPool, show},
       {"UpdateServer", Runs::OnLoop, show},
       {"NovaListServers", Runs::OnLoop, show},
       {"BatchStartServers", Runs::OnLoop, show},
       {"ShowServer", Runs::OnHashingPool,
        [](const Call&) -> Outcome { throw std::runtime_error("at /home/keys: sealed"); }},
       {"DeleteServers", Runs::OnPool,
        [](const Call&) -> Outcome { throw std::logic_error("at /home/keys: sealed"); }},
       {"NoSuchRow", Runs::OnLoop, show}}};
  ServiceDefinition tms{
      "tms",
      {{"ListPredefineTags", Runs::OnLoop, show},
       {"CreatePredefineTags", Runs::OnLoop, show},
       {"ListTagValues", Runs::OnLoop, show}},
      [](const catalog::SchemaFault& wrong) { return tms::misread(wrong).error(); }};
  identity::User viewer = new_user("viewer"), newcomer = new_user("newcomer");
  identity::Project east = directory.find_project_by_name(account.id, "cn-east-3").value();
};

}  // namespace jianmen::services
