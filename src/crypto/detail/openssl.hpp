#pragma once
// What the users of OpenSSL's objects in this folder share.

namespace jianmen::crypto::detail {

// A deleter for std::unique_ptr: one of OpenSSL's …_free functions.
template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

}  // namespace jianmen::crypto::detail
