#pragma once
// What every test of this folder starts from: an empty directory over the store in memory, a clock
// that stands still, and the real catalogue.

#include <array>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "catalog/catalog.hpp"
#include "crypto/vault.hpp"
#include "directory/directory.hpp"
#include "store/memory.hpp"

namespace jianmen::directory {

inline const catalog::Catalog& test_catalog() {
  static const auto catalog = catalog::Catalog::create();
  if (!catalog) throw std::runtime_error(catalog.error().message);
  return **catalog;
}

class World : public testing::Test {
 protected:
  static constexpr std::array<std::uint8_t, 32> kMasterKey = {1, 2, 3};

  base::ManualClock clock{base::Time(std::chrono::hours(24 * 365 * 56))};
  base::SequenceRandom random{7};
  crypto::Vault vault{kMasterKey, random};
  std::unique_ptr<store::Store> store = store::make_memory_store(clock);
  Directory directory{*store, test_catalog(), vault, clock, random};

  Account make_account(std::string_view name) {
    auto account = directory.create_account(name, {}, {});
    EXPECT_TRUE(account) << (account ? "" : account.error().message);
    return account ? *account : Account{};
  }
  User make_user(const AccountId& account, std::string name) {
    NewUser user;
    user.name = std::move(name);
    user.password_hash = "hash";
    auto made = directory.create_user(account, user);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return made ? *made : User{};
  }
  Group make_group(const AccountId& account, std::string_view name) {
    auto made = directory.create_group(account, name, "");
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return made ? *made : Group{};
  }
  Role make_role(const AccountId& account, std::string name, RoleType type = RoleType::Both) {
    Role role;
    role.display_name = std::move(name);
    role.type = type;
    role.policy = R"({"Version":"1.1","Statement":[{"Effect":"Allow","Action":["ecs:*:*"]}]})";
    auto made = directory.create_role(account, role);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return made ? *made : Role{};
  }
  Agency make_agency(const AccountId& account, std::string name) {
    Agency agency;
    agency.account = account;
    agency.name = std::move(name);
    agency.trusted_account_name = "partner";
    auto made = directory.create_agency(agency);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return made ? *made : Agency{};
  }
  Project region_project(const AccountId& account, std::string_view region = "cn-north-4") {
    auto project = directory.find_project_by_name(account, region);
    EXPECT_TRUE(project);
    return project.value_or(Project{});
  }
  RoleId system_role(std::string_view name) {
    auto role = directory.find_role_by_name(AccountId(), name);
    EXPECT_TRUE(role) << name;
    return role ? role->id : RoleId();
  }
  Grant domain_grant(const AccountId& account, const GroupId& group, const RoleId& role) {
    return {account, Grant::Holder::Group, group.value, role, GrantScope::Domain, {}, {}};
  }
  Grant project_grant(const Project& project, const GroupId& group, const RoleId& role) {
    return {project.account,     Grant::Holder::Group, group.value, role,
            GrantScope::Project, project.id,           {}};
  }
  std::uint64_t epoch_of(const User& user) {
    const auto found = directory.find_user(user.id);
    EXPECT_TRUE(found);
    return found ? found->epoch : 0;
  }
  std::size_t count_keys(std::string_view prefix = "") const {
    const std::string begin = prefix.empty() ? "\x01" : std::string(prefix);
    const std::string end = prefix.empty() ? "" : store::prefix_end(prefix);
    return store->snapshot()->range(begin, end, 0).entries.size();
  }
};

template <class R>
base::Code code_of(const R& result) {
  return result ? base::Code::Internal : result.error().code;
}

}  // namespace jianmen::directory
