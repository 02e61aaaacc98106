#pragma once
// Operations that are free for one's own object: the row's `self_at` says where the request names
// the user. Thread safety: pure but for reading the directory.

#include <string>

#include "directory/directory.hpp"
#include "services/call.hpp"

namespace jianmen::services {

// The id of the user that the request names; empty when it names none.
std::string named_user(const directory::Directory& directory, const Call& call);
// Is that the caller? An agency is nobody's own self.
bool is_own_object(const directory::Directory& directory, const Call& call);

}  // namespace jianmen::services
