#pragma once
// What a function returns that can fall short: a value, or an Error with a code and a sentence for
// its reader. The only propagation idiom, the same in functions and coroutines:
//   auto key = store.load_key(id);
//   if (!key) return error_of(key);
// Thread safety: plain values.

#include <expected>
#include <string>
#include <utility>

namespace jianmen::base {

enum class Code {
  InvalidArgument,  // the caller's input can never work
  Unauthenticated,  // who is calling is not proven
  Denied,           // proven, but not allowed
  NotFound,         // what was named does not exist
  Conflict,         // a name is taken, or the state changed under the caller
  TooLarge,         // over a limit that does not depend on the state
  Unavailable,      // try again later: overload, disk full, no peer
  Internal,         // a defect or a broken environment
};

struct Error {
  Code code = Code::Internal;
  std::string message;  // one sentence; never a secret
};

// A class, not an alias: g++ 12 does not warn on a dropped alias of std::expected.
template <class T = void>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

inline std::unexpected<Error> fail(Code code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

// Moves the error out of a result that holds none of its value.
template <class T>
std::unexpected<Error> error_of(Result<T>& result) {
  return std::unexpected<Error>(std::move(result.error()));
}

}  // namespace jianmen::base
