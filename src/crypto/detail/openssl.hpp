#pragma once
// What the users of OpenSSL's objects in this folder share.

#include <string_view>

namespace jianmen::crypto::detail {

// The user id of SM2 signatures when the two sides agree on none (GB/T 35276 section 10).
inline constexpr std::string_view kSm2UserId = "1234567812345678";

// A deleter for std::unique_ptr: one of OpenSSL's …_free functions.
template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

}  // namespace jianmen::crypto::detail
