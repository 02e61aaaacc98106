#pragma once
// Users, groups, roles, agencies and access keys as IAM writes them: every resource has its own
// form and its own way of writing time (facts of the IAM reference, samples). Thread safety: pure.

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/json_writer.hpp"
#include "base/secret.hpp"
#include "identity/entities.hpp"
#include "services/call.hpp"

namespace jianmen::services::iam {

// What `links` of an item holds: with previous and next (lists, and items that come out of them) or
// self alone.
enum class LinkForm { Full, Self };
base::json::object links_to(const Call& call, std::string_view path, LinkForm form);
// The same as text, key and all; the path is `path` with `id` behind it.
void write_links(base::JsonWriter& json, const Call& call, LinkForm form, std::string_view path,
                 std::string_view id = {});

base::json::object keystone_user(const Call& call, const identity::User& user,
                                 LinkForm form);  // /v3/users
base::json::object created_user(const Call& call,
                                const identity::User& user);  // POST, PUT /v3.0/OS-USER/users
base::json::object shown_user(const Call& call,
                              const identity::User& user);  // GET /v3.0/OS-USER/users/{id}
base::json::object group_json(const Call& call, const identity::Group& group, LinkForm form);
base::json::object role_json(const Call& call, const identity::Role& role, LinkForm form);
base::json::object agency_json(const identity::Agency& agency);
base::json::object access_key_json(const identity::AccessKey& key);

}  // namespace jianmen::services::iam
