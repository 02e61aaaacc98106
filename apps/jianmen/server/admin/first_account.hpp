#pragma once
// A new account with what its owner needs to begin: a password and an access key for the root user,
// shown this once. For `admin init` and `admin account create`. Blocks.

#include <string>

#include "base/json.hpp"
#include "base/result.hpp"
#include "server/installation.hpp"

namespace jianmen::app::admin {

// 20 letters, digits and marks, some of each.
std::string make_password(base::Random& random);

// The API's rule holds here too; InvalidArgument with the rule when it is not kept.
base::Result<> check_password(const std::string& password, std::string_view user);

// {"account","id","user","password","ak","sk"}. `password` empty: one is made.
base::Result<base::json::object> create_account(Installation& installation, std::string_view name,
                                                std::string password);

// The same for an installation without any account; Conflict when it has one.
base::Result<base::json::object> create_first_account(Installation& installation,
                                                      std::string_view name);

}  // namespace jianmen::app::admin
