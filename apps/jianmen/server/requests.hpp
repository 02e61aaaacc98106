#pragma once
// GET /v1/jianmen/requests/{request_id}: what happened to a request of one's own account, as
// `jianmen explain` tells it. Whoever holds jianmen:requests:get; a request of another account
// looks exactly like one that is not there. Thread safety: the function runs on the pool, since it
// may search for a signature's fault (bounded for each access key).

#include "base/json.hpp"
#include "server/installation.hpp"
#include "services/definition.hpp"

namespace jianmen::app {

services::ServiceDefinition requests_definition(Installation& installation);

// Was the request made with a key or a token of this account? By what the credential proved to be,
// else by the key or token that it named.
bool is_of_account(const gateway::JournalEntry& entry, const directory::Directory& directory,
                   const identity::Principal& asker);

}  // namespace jianmen::app
