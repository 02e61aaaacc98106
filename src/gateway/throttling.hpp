#pragma once
// What the pipeline asks the throttle, in its own words: who is denied becomes a refusal with the
// bucket, its limit and when to try again; and which refusals are failed proofs of a source.

#include <optional>

#include "base/clock.hpp"
#include "catalog/operation.hpp"
#include "http/message.hpp"
#include "identity/principal.hpp"
#include "identity/refusal.hpp"
#include "throttle/throttle.hpp"

namespace jianmen::gateway {

// limit.throttled with the evidence `bucket`, `policy`, `limit`, `window` (as the wire has it) and
// `retry_after` in whole seconds, rounded up.
identity::Refusal refusal_of(const throttle::Denied& denied);

// Before the caller is looked at; nullopt: go on.
std::optional<identity::Refusal> throttle_source(throttle::Throttle& throttle,
                                                 const http::Request& request, base::Time now);
// `principal` nullptr: an operation that anyone may call.
std::optional<identity::Refusal> throttle_caller(throttle::Throttle& throttle,
                                                 const identity::Principal* principal,
                                                 const catalog::Operation& operation,
                                                 base::Time now);

// Was a credential looked at that somebody may have guessed, or that cost a signature's or a
// password's check? Not: none came, an old one, a clock that is wrong, a key that is locked.
bool is_failed_proof(identity::Cause cause);

}  // namespace jianmen::gateway
