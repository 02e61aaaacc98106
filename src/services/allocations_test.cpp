// A caller who was here before costs no allocation: signature or token, and the decision.

#include <cstdlib>
#include <new>

#include "services/iam/detail/test_front.hpp"

namespace {

thread_local bool counting = false;
thread_local int allocations = 0;

void* allocate(std::size_t size) {
  if (counting) ++allocations;
  if (void* place = std::malloc(size)) return place;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  if (counting) ++allocations;
  return std::malloc(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& none) noexcept {
  return operator new(size, none);
}
void operator delete(void* place) noexcept { std::free(place); }
void operator delete(void* place, std::size_t) noexcept { std::free(place); }
void operator delete[](void* place) noexcept { std::free(place); }
void operator delete[](void* place, std::size_t) noexcept { std::free(place); }
void operator delete(void* place, const std::nothrow_t&) noexcept { std::free(place); }
void operator delete[](void* place, const std::nothrow_t&) noexcept { std::free(place); }

namespace jianmen::services::iam {
namespace {

class Allocations : public Front {
 protected:
  // Of the fourth time that the same question comes with the same credential.
  template <class Ask>
  int of(Ask ask) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(ask());
    allocations = 0;
    counting = true;
    const bool allowed = ask();
    counting = false;
    EXPECT_TRUE(allowed);
    return allocations;
  }
  http::Request request(const Asking& asking) {
    headers.clear();
    return request_of(asking, headers);
  }
  authz::Question question_in(const identity::Project& in) const {
    return {.action = "ecs:cloudServers:list",
            .service = "ecs",
            .region = "cn-north-4",
            .scope = {identity::Scope::Kind::Project, in.id, in.name},
            .peer = "192.0.2.7",
            .now = clock.now()};
  }
  identity::User reader() {
    auto user = new_user("reader");
    const auto group = must(directory.create_group(account.id, "readers", ""));
    identity::Grant made;
    made.account = group.account;
    made.holder_id = group.id.value;
    made.role = identity::RoleId(role_id("ECS ReadOnlyAccess"));
    made.scope = identity::GrantScope::Project;
    made.project = project.id;
    must(directory.grant(made));
    must(directory.add_member(group.id, user.id));
    return *directory.find_user(user.id);
  }

  identity::User user = reader();
  authn::Authenticator authenticator{directory, ring, lockouts, clock, {}};
  std::vector<http::Header> headers;
};

TEST_F(Allocations, TheCounterCounts) {
  const auto size = account.id.value.size() + 100;  // known at run time alone
  EXPECT_GT(of([&] { return std::string(size, 'x').size() == size; }), 0);
}

TEST_F(Allocations, ASignatureAndItsDecisionCostNone) {
  const auto key = permanent_key(user);
  authn::signature::SignInput input;
  input.access_key_id = key.access;
  input.secret = base::Secret(key.secret);
  input.target = "/v1/" + project.id.value + "/cloudservers/detail?limit=10&offset=1";
  input.host = "127.0.0.1:8080";
  input.headers = {{"Content-Type", "application/json"}};
  input.now = clock.now();
  Asking asking{"GET", input.target};
  asking.headers = must(authn::signature::sign(input)).headers;
  std::erase_if(asking.headers,
                [](const auto& field) { return base::equals_ignore_case(field.first, "host"); });
  const auto sent = request(asking);
  const auto question = question_in(project);
  EXPECT_EQ(of([&] {
              const auto caller = authenticator.authenticate(sent);
              return caller && authorizer.decide(**caller, question).allowed();
            }),
            0);
}

TEST_F(Allocations, ATokenAndItsDecisionCostNone) {
  Asking asking{"GET", "/v1/" + project.id.value + "/cloudservers/detail"};
  asking.headers = {{"X-Auth-Token", project_token(user, project)}};
  auto sent = request(asking);
  headers.back().id = http::HeaderId::XAuthToken;
  const auto question = question_in(project);
  EXPECT_EQ(of([&] {
              const auto caller = authenticator.authenticate(sent);
              return caller && authorizer.decide(**caller, question).allowed();
            }),
            0);
}

}  // namespace
}  // namespace jianmen::services::iam
