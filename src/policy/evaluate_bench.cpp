// One decision against sets from one role to hundreds of policies: it must stay flat.

#include <benchmark/benchmark.h>

#include "policy/evaluate.hpp"

namespace jianmen::policy {
namespace {

identity::Role make_role(std::string name, std::string policy) {
  identity::Role role;
  role.id = identity::RoleId(name);
  role.display_name = std::move(name);
  role.policy = std::move(policy);
  return role;
}

// A reader of ECS who also holds `others` policies of other services.
std::shared_ptr<const Compiled> make_set(std::int64_t others) {
  std::vector<identity::Role> roles{
      make_role("ECS ReadOnlyAccess", R"({"Version":"1.1","Statement":[
      {"Effect":"Allow","Action":["ecs:*:get*","ecs:*:list*","ecs:serverGroups:manage","ecs:serverVolumes:use",
       "evs:*:get*","evs:*:list*","vpc:*:get*","vpc:*:list*","ims:*:get*","ims:*:list*"]}]})")};
  for (std::int64_t i = 0; i < others; ++i) {
    const auto service = "svc" + std::to_string(i);
    roles.push_back(
        make_role(service, R"({"Version":"1.1","Statement":[{"Effect":"Allow","Action":[")" +
                               service + R"(:*:*"]},{"Effect":"Deny","Action":[")" + service +
                               R"(:servers:delete*"]}]})"));
  }
  return *Compiled::create(roles);
}

void decide(benchmark::State& state, std::string_view action) {
  const auto set = make_set(state.range(0));
  const std::vector<std::string> aliases{"ecs:servers:list"};
  Request request;
  request.action = action;
  request.aliases = aliases;
  for (auto _ : state) benchmark::DoNotOptimize(set->decide(request));
}

void allows(benchmark::State& state) { decide(state, "ecs:cloudServers:list"); }
void refuses(benchmark::State& state) { decide(state, "rds:instances:deleteAll"); }
BENCHMARK(allows)->Arg(0)->Arg(100)->Arg(10000)->Arg(100000);
BENCHMARK(refuses)->Arg(0)->Arg(100)->Arg(10000)->Arg(100000);

void compiles(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(make_set(state.range(0)));
}
BENCHMARK(compiles)->Arg(0)->Arg(10)->Arg(200);

}  // namespace
}  // namespace jianmen::policy
