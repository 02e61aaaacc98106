#include "call/call.hpp"

#include <algorithm>

namespace jianmen::call {

bool admits_anyone(const catalog::Route& route) {
  return std::ranges::any_of(route.candidates, [](const catalog::Operation* operation) {
    return operation->caller == catalog::Caller::Anyone;
  });
}

}  // namespace jianmen::call
