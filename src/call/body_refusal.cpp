#include "call/body_refusal.hpp"

namespace jianmen::call {

identity::Refusal body_refusal(http::BodySource::State state) {
  using State = http::BodySource::State;
  using identity::Cause;
  const auto refusal = [](Cause cause, const char* status, const char* reason) {
    return identity::Refusal{cause, {}}.with("status", status).with("reason", reason);
  };
  switch (state) {
    case State::TooLarge:
      return refusal(Cause::LimitBody, "413", "body too large");
    case State::TooSlow:
      return refusal(Cause::RequestMalformed, "408", "request body not received in time");
    case State::Malformed:
      return refusal(Cause::RequestMalformed, "400", "malformed chunk");
    case State::Gone:
      return refusal(Cause::RequestMalformed, "400", "the client broke off its body");
    case State::NoRoom:
      return refusal(Cause::BackendInternal, "503", "too many large bodies at once");
    default:
      return refusal(Cause::BackendInternal, "500", "the body could not be kept");
  }
}

}  // namespace jianmen::call
