#pragma once
// Users, agencies and projects as authentication needs them, cached while the directory's
// generation stands: what was true when a credential was issued is compared with what is true now.
// Thread safety: none, one loop's own.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "authn/detail/second_chance.hpp"
#include "authn/token/token.hpp"
#include "directory/directory.hpp"
#include "identity/principal.hpp"

namespace jianmen::authn::detail {

// A user or an agency as it is now. Not found: `found` is false and the rest empty.
struct Subject {
  bool found = false;
  bool enabled = false;
  bool account_enabled = false;
  bool root = false;
  std::uint64_t epoch = 0;
  std::string name;  // an agency's: `<account name>/<agency name>`, as on the wire
  identity::AccountId account;
  std::string account_name;
  identity::AccountId trusted_account;  // of an agency
  std::optional<base::Time> expires;    // of an agency
};

struct ProjectName {
  bool found = false;
  identity::AccountId account;
  std::string name;
};

class Subjects {
 public:
  explicit Subjects(const directory::Directory& directory) : directory_(directory) {}

  std::shared_ptr<const Subject> user(std::string_view id);
  std::shared_ptr<const Subject> agency(std::string_view id);
  std::shared_ptr<const ProjectName> project(std::string_view id);

  // What happened since these claims were sealed that takes them back: "user disabled",
  // "credentials, groups or grants changed" …; empty when nothing did.
  std::string_view what_changed(const Claims& claims, base::Time now);
  // When these claims end if nothing happens before: their own end, or the agency's.
  base::Time end_of(const identity::Principal& principal);
  // Writes the names that a sealed principal does not carry.
  void complete(identity::Principal& principal);

 private:
  template <class Value>
  struct Dated {
    std::uint64_t generation = 0;
    std::shared_ptr<const Value> value;
  };
  template <class Value, class Load>
  std::shared_ptr<const Value> find(SecondChance<Dated<Value>>& cache, std::string_view id,
                                    Load load);

  std::string_view change_of_user(const Subject& user, const identity::AccountId& account,
                                  std::uint64_t epoch);

  const directory::Directory& directory_;
  SecondChance<Dated<Subject>> users_{65'536}, agencies_{4'096};
  SecondChance<Dated<ProjectName>> projects_{16'384};
};

}  // namespace jianmen::authn::detail
