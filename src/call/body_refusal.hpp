#pragma once
// A body that could not be read to its end, as a refusal of the gateway.

#include "http/body_source.hpp"
#include "identity/refusal.hpp"

namespace jianmen::call {

// Not of State::Complete. Evidence: `reason`, and `status` where the cause leaves it open.
identity::Refusal body_refusal(http::BodySource::State state);

}  // namespace jianmen::call
