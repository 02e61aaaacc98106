#pragma once
// A set of roles → one compiled, immutable form → Decisions that name the statement that decided,
// with the near misses for the explanation: one evaluation, no second copy of a rule. In the words
// of the IAM guide:
//   any matching Deny → denied; else any matching Allow → allowed; else no match → refused.
//   A Deny inside a role of Version 1.0 limits that role alone (Tenant Administrator = all but IAM,
//   and the admin group adds Security Administrator to it). A role whose Depends are not all in the
//   set contributes nothing.
// Thread safety: Compiled is immutable; share it by shared_ptr<const>. decide() allocates nothing
// when it allows.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "identity/entities.hpp"
#include "policy/document.hpp"

namespace jianmen::policy {

// Values of condition keys for one request. Absent keys are simply not there. Views must outlive
// the call.
struct Attribute {
  std::string_view key;  // "g:UserName"; compared case-insensitively
  std::vector<std::string_view> values;
};

struct Request {
  std::string_view action = {};               // "ecs:cloudServers:list"
  std::span<const std::string> aliases = {};  // older names of the same action; matching any counts
  std::string_view resource =
      {};                     // "ecs:cn-north-4:<account>:instance:<id>"; empty: all of the service
  std::string_view uri = {};  // "/iam/agencies/<id>" for agency statements; else empty
  std::span<const Attribute> attributes = {};
};

struct StatementRef {
  identity::RoleId role;
  std::string role_name;      // display name
  std::size_t statement = 0;  // index in the document
};

// A statement that would have allowed the action, and what it lacked.
struct NearMiss {
  enum class Why {
    Condition,
    Resource,
    Depends,
    OwnDeny,  // a role of Version 1.0 leaves the action out of what it allows
  };
  Why why = Why::Condition;
  StatementRef at;
  std::string detail;  // the clauses with the request's values, the resources, the roles that are
                       // missing, the Deny
};

struct Decision {
  enum class Outcome { Allowed, Denied, NoMatch };
  Outcome outcome = Outcome::NoMatch;
  std::shared_ptr<const StatementRef>
      by;  // of Allowed and Denied; shares ownership of the compiled set
  bool allowed() const { return outcome == Outcome::Allowed; }
};

// "May this set do anything in the service?", for operations that no action stands for.
struct ServiceRequest {
  std::span<const std::string_view> services =
      {};  // "iam" and its older name "identity": any counts
  // Any: one allowed action is enough. Whole: every action of the service must be allowed.
  enum class Reach { Any, Whole } reach = Reach::Whole;
  std::span<const Attribute> attributes = {};
};

struct Explanation {
  Decision decision;
  std::vector<NearMiss> near_misses;
};

class Compiled {
 public:
  // Roles granted in one scope. A role whose document does not parse is an error that names it.
  static base::Result<std::shared_ptr<const Compiled>> create(
      std::span<const identity::Role> roles);

  Decision decide(const Request& request) const;
  Explanation explain(const Request& request) const;  // the same evaluation, keeping what it saw
  Decision decide(const ServiceRequest& request) const;
  bool has_resources() const;   // false: no decision looks at the resource
  bool has_conditions() const;  // false: no decision looks at the attributes
  std::span<const std::string> role_names()
      const;  // internal names (te_admin …), for a token's roles list

  struct Index;
  explicit Compiled(std::shared_ptr<const Index> index);
  ~Compiled();

 private:
  std::shared_ptr<const Index> index_;
};

// `*` any run of characters, `?` one; used for actions, resources and StringMatch.
bool matches_wildcard(std::string_view pattern, std::string_view text, bool ignore_case);

}  // namespace jianmen::policy
