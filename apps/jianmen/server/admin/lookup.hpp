#pragma once
// What a request names, by name or id: in the account of `account` (query or body), which may be
// left out when there is one account. NotFound says what there is none of.

#include <string_view>

#include "server/admin/routes.hpp"

namespace jianmen::app::admin {

std::string text_of(const Asked& asked, std::string_view key);  // of the body; empty: not given

base::Result<identity::Account> account_of(const Asked& asked);
base::Result<identity::Account> account_named(const Asked& asked, std::string_view name);
base::Result<identity::User> user_named(const Asked& asked, std::string_view name);
base::Result<identity::Group> group_named(const Asked& asked, std::string_view name);
base::Result<identity::Project> project_named(const Asked& asked, std::string_view name);
base::Result<identity::Role> role_named(const Asked& asked, std::string_view name);
base::Result<identity::AccessKey> key_named(const Asked& asked, std::string_view id);

}  // namespace jianmen::app::admin
