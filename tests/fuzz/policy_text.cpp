// Policy text: what the API would take compiles, and a decision and its explanation agree.

#include <array>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "fuzz.hpp"
#include "policy/evaluate.hpp"
#include "policy/validate.hpp"

namespace jianmen::fuzz {

void fuzz(std::string_view input) {
  identity::Role role;
  role.id = identity::RoleId("1");
  role.display_name = "fuzzed";
  role.policy = input;
  const auto document = policy::parse_document(input);
  const auto compiled = policy::Compiled::create({&role, 1});
  expect(document.has_value() || !compiled, "what compiles parses");
  if (const auto policy = base::parse_json(input)) {
    const base::json::object body{{"role", base::json::object{{"display_name", "fuzzed"},
                                                              {"type", "AX"},
                                                              {"description", "d"},
                                                              {"policy", *policy}}}};
    expect(compiled || policy::check_custom_policy(body, {}), "what the API takes compiles");
  }
  if (!compiled) return;
  const std::vector<std::string_view> names = {"alice", "bob"};
  const std::array<policy::Attribute, 2> attributes = {policy::Attribute{"g:UserName", names},
                                                       policy::Attribute{"g:MFAPresent", {}}};
  for (const std::string_view action : {"ecs:cloudServers:list", "iam:users:create", ""}) {
    policy::Request request{
        .action = action, .resource = "ecs:cn-north-4:1:instance:2", .attributes = attributes};
    const auto decision = (*compiled)->decide(request);
    const auto explanation = (*compiled)->explain(request);
    expect(decision.outcome == explanation.decision.outcome, "decision and explanation agree");
    expect((decision.outcome == policy::Decision::Outcome::NoMatch) == (decision.by == nullptr),
           "a decision names its statement");
  }
}

}  // namespace jianmen::fuzz
