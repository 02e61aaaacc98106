#pragma once
// Fixtures: accounts, projects, users, groups, grants, policies, agencies and keys as one JSON
// document, names or ids as references (docs: fixtures; data/demo.json is one). Loading is additive
// and idempotent: what is there already and equal stays untouched (no epoch rises), what differs is
// brought to the fixture's state, what the fixture does not name stays. A document with a mistake
// changes nothing; every mistake is told with its path. Unknown keys are mistakes.
//
// accounts[]  name, id?, enabled?
// projects[]  account?, name (a region or <region>_<suffix>), id?, description?, enabled?
// groups[]    account?, name, id?, description?
// policies[]  account?, name (the display name), policy (object or text), id?, type? AX XA AA,
// description?,
//             description_cn?
// users[]     account?, name, id?, root?, enabled?, password? or password_hash?,
// password_strength?,
//             must_change_password?, description?, email?, areacode?, phone?, xuser_id?,
//             xuser_type?, access_mode?, groups[]?, keys[]? {ak, sk or sealed, active?,
//             description?}
// keys[]      account?, user, ak, sk or sealed, active?, description?
// agencies[]  account?, name, id?, description?, trusted_account, duration_hours?, expires?
// grants[]    account?, group or agency, role, and project, or scope: "domain" | "all" (the domain,
// all projects) servers, tags: the services', handed back untouched. `account` may be left out when
// the document has one account. Thread safety: as the Directory's.

#include <functional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "directory/directory.hpp"

namespace jianmen::directory {

struct FixtureReport {  // what this load made or changed
  std::size_t accounts = 0, projects = 0, users = 0, groups = 0, policies = 0, agencies = 0,
              grants = 0, keys = 0;
  base::json::object services;  // "servers" and "tags", as they stood in the document
};

struct FixtureMistake {
  std::string path;     // users[1].groups[0]; empty: the document itself
  std::string message;  // no group "x"
};
std::string to_text(const FixtureMistake& mistake);  // users[1].groups[0]: no group "x"

using PasswordHasher = std::function<Result<std::string>(const base::Secret& password)>;

// All mistakes that can be told without a directory; references must then be inside the document.
std::vector<FixtureMistake> check_fixture(const base::json::value& fixture,
                                          const catalog::Catalog& catalog);

// InvalidArgument: one line a mistake. References may also be to what the directory holds.
Result<FixtureReport> load_fixture(Directory& directory, const base::json::value& fixture,
                                   const PasswordHasher& hash_password);

// Everything in the directory in the shape above; load_fixture takes it back with the same ids
// (times and epochs are made anew). It holds password hashes always. SKs stand in clear with
// `with_secrets`; without, sealed under this installation's master key, so that only an
// installation with the same key can load them.
base::json::object export_directory(const Directory& directory, bool with_secrets);

}  // namespace jianmen::directory
