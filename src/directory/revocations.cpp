#include "base/encoding.hpp"
#include "directory/detail/core.hpp"

namespace jianmen::directory {

using namespace detail;

namespace {

// What each revocation forgets of those that have run out: more than one, so that the list shrinks
// again.
constexpr std::size_t kForgetAtOnce = 20;

void forget_expired(const Snapshot& snapshot, Transaction& tx, Time now, std::string_view but_not) {
  const auto begin = keys::all_revocation_expiries();
  for (const auto& entry :
       snapshot.range(begin, keys::revocation_expiry(now, ""), kForgetAtOnce).entries) {
    const auto audit_id = entry.key.substr(entry.key.rfind('/') + 1);
    if (audit_id == but_not) continue;
    tx.erase(std::string(entry.key)).erase(keys::revocation(audit_id));
  }
}

}  // namespace

Result<> Directory::revoke_token(std::string_view audit_id, Time until) {
  if (!is_well_formed_id(audit_id))
    return fail(Code::InvalidArgument, "this is no audit id of a token");
  return impl_->change([&](const Snapshot& snapshot, Transaction& tx) -> Result<> {
    const Time now = impl_->clock.now();
    const auto key = keys::revocation(audit_id);
    if (until <= now || snapshot.get(key)) return {};
    tx.require_absent(key).put(key, "").put(keys::revocation_expiry(until, audit_id), "");
    forget_expired(snapshot, tx, now, audit_id);
    return {};
  });
}

bool Directory::is_token_revoked(std::string_view audit_id) const {
  return is_well_formed_id(audit_id) &&
         impl_->store.snapshot()->get(keys::revocation(audit_id)).has_value();
}

}  // namespace jianmen::directory
