#pragma once
// One row of data/operations/<service>.json: routing, validation, authorization, `endpoints`,
// `explain` and the tests all read the same row. Rows live as long as the Catalog that made them.

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace jianmen::catalog {

// What the caller's scope must be. None: the operation looks at no scope (IAM's own, jobs of
// discovery).
enum class OperationScope { None, Project, Domain };

// Who may call, before any action is looked at.
enum class Caller {
  Anyone,        // no credential: POST /v3/auth/tokens, GET /
  AnyIdentity,   // any authenticated principal of the account
  Self,          // the user that the request names (see self_at), nobody else
  SelfOrAction,  // that user, or whoever holds the action
  Action,        // whoever holds the action
};

// Several operations may share method and path; the body tells which is meant.
struct Dispatch {
  enum class Kind {
    None,
    TopKey /* the body's only top key is `key` */,
    Field /* body[key] == value */
  };
  Kind kind = Kind::None;
  std::string key, value;
};

struct Shape;  // a compiled schema: schema.hpp

struct QueryParameter {
  std::string_view name;
  const Shape* shape = nullptr;
};

struct Operation {
  std::string service;  // "ecs"
  std::string name;     // "ListServersDetails"
  std::string id;       // "ecs:ListServersDetails"
  std::string method;   // "GET"
  std::string path;     // "/v1/{project_id}/cloudservers/detail"
  std::vector<std::string>
      also;  // other names of the same operation: the SDK has several for one call
  std::vector<std::string>
      also_at;         // other paths with the same placeholders: "/v2/{project_id}/servers"
  std::string action;  // "ecs:cloudServers:list"; empty: no fine-grained action exists
  std::vector<std::string>
      aliases;  // older names of the action that roles 1.0 use: "identity:list_users"
  OperationScope scope = OperationScope::None;
  Caller caller = Caller::Action;
  // Where the request names that user: "path.user_id", "query.user_id" (absent: the caller's own),
  // "body.credential.user_id", "path.access_key" (that key's owner), "header.X-Subject-Token" (that
  // token's user).
  std::string self_at;
  int success = 200;
  Dispatch dispatch;
  std::string family;  // error profile: "ecs", "nova", "tms", "keystone", "iam" (v3.0), "sts"
  base::json::object request;  // {"path":{…},"query":{…},"headers":{…},"body":"$Name"|{…}} in the
                               // notation of schema.hpp
  std::string paging;  // "page_number" | "limit_marker" | "limit_offset" | "page_per_page" | ""
  base::json::object response;  // root keys of the answer's body and their types; empty: no body
  bool answered = true;         // false: this release only routes it
  std::string reason;           // why, when it is not answered

  // `request`, compiled when the Catalog was made.
  const Shape* body_shape = nullptr;
  std::vector<QueryParameter> query_parameters;
};

}  // namespace jianmen::catalog
