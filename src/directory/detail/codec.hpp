#pragma once
// The nouns ↔ compact JSON, the values of the store. A value that does not decode is nullopt;
// readers treat it as absent, so that a damaged record lets nobody in.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/entities.hpp"

namespace jianmen::directory::detail {

using namespace identity;

struct UserRecord {
  User user;
  std::vector<GroupId> groups;    // at most kMaxGroupsOfUser
  std::vector<AccessKeyId> keys;  // at most kMaxAccessKeysOfUser
  std::string loss = {};          // the change that raised the epoch last; empty: none did
  Time lost{};                    // when it did

  void take_away(std::string_view change, Time now) {
    ++user.epoch;
    loss = change;
    lost = now;
  }
};

std::string encode(const Account& account);
std::string encode(const UserRecord& record);
std::string encode(const Group& group);
std::string encode(const Project& project);
std::string encode(const Role& role);
std::string encode(const Agency& agency);
std::string encode(const AccessKey& key);

template <class T>
std::optional<T> decode(std::string_view value);
template <>
std::optional<Account> decode(std::string_view value);
template <>
std::optional<UserRecord> decode(std::string_view value);
template <>
std::optional<Group> decode(std::string_view value);
template <>
std::optional<Project> decode(std::string_view value);
template <>
std::optional<Role> decode(std::string_view value);
template <>
std::optional<Agency> decode(std::string_view value);
template <>
std::optional<AccessKey> decode(std::string_view value);

// A grant is told by its key; the value is the time of its making.
std::string encode_grant(const Grant& grant);
std::optional<Grant> decode_grant(std::string_view key, std::string_view value);
// From a key under keys::grants_by_role / grants_by_project; `created` is not known.
std::optional<Grant> decode_grant_by_role(std::string_view key);
std::optional<Grant> decode_grant_by_project(std::string_view key);

}  // namespace jianmen::directory::detail
