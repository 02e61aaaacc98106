#pragma once
// IAM: tokens, discovery, projects, users, groups, roles and policies, grants, agencies, access
// keys, temporary keys, and STS's caller identity (facts: the IAM reference). State lives in the
// directory. Thread safety: the functions may run on any thread.

#include <memory>
#include <string_view>

#include "authn/authenticator.hpp"
#include "authn/issue.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "catalog/catalog.hpp"
#include "crypto/password.hpp"
#include "directory/directory.hpp"
#include "services/definition.hpp"

namespace jianmen::services::iam {

struct Settings {
  unsigned login_failures_to_lock = 5;                        // wrong passwords in a row …
  base::Duration login_lock_time = std::chrono::minutes(15);  // … lock the user for so long
  crypto::PasswordCost password_cost;
};

struct Dependencies {
  directory::Directory& directory;
  const catalog::Catalog& catalog;
  const authn::TokenRing& ring;
  authn::Issuer& issuer;
  authn::Lockouts& lockouts;
  const base::Clock& clock;
  base::Random& random;
  Settings settings;
};

// May a user of this name have this new password? 8 to 32 visible characters of two kinds, not the
// name nor its reverse.
bool is_strong_password(const base::Secret& password, std::string_view user_name);

class Iam {
 public:
  explicit Iam(Dependencies dependencies);
  ~Iam();
  const ServiceDefinition& definition() const;      // "iam"
  const ServiceDefinition& sts_definition() const;  // "sts"

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace jianmen::services::iam
