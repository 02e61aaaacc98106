#pragma once
// Ids are types, so that a user's id cannot stand where a group's belongs. Opaque text: 32
// lower-case hex digits for what this installation makes, up to 64 letters, digits and dashes for
// what fixtures bring.

#include <compare>
#include <functional>
#include <string>
#include <string_view>

namespace jianmen::identity {

template <class Tag>
struct Id {
  std::string value;

  Id() = default;
  explicit Id(std::string text) : value(std::move(text)) {}
  explicit Id(std::string_view text) : value(text) {}
  explicit Id(const char* text) : value(text) {}

  bool empty() const { return value.empty(); }
  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;
};

using AccountId = Id<struct AccountTag>;  // "domain id" on the wire
using UserId = Id<struct UserTag>;
using GroupId = Id<struct GroupTag>;
using ProjectId = Id<struct ProjectTag>;
using RoleId = Id<struct RoleTag>;
using AgencyId = Id<struct AgencyTag>;
using AccessKeyId = Id<struct AccessKeyTag>;

// 1 to 64 letters, digits, '-' and '_': what may stand in a key of the store and in a URL.
bool is_well_formed_id(std::string_view text);

}  // namespace jianmen::identity

template <class Tag>
struct std::hash<jianmen::identity::Id<Tag>> {
  std::size_t operator()(const jianmen::identity::Id<Tag>& id) const {
    return std::hash<std::string>{}(id.value);
  }
};
