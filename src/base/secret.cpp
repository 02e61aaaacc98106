#include "base/secret.hpp"

#include <cstring>

namespace jianmen::base {

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    text_ = other.text_;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    text_ = std::move(other.text_);
    other.wipe();
  }
  return *this;
}

void Secret::wipe() noexcept {
  if (!text_.empty()) explicit_bzero(text_.data(), text_.size());
  // A moved-from short string keeps its characters in place: size() is 0 there, so clear the whole
  // small buffer too.
  text_.resize(text_.capacity() < 64 ? text_.capacity() : text_.size());
  if (!text_.empty()) explicit_bzero(text_.data(), text_.size());
  text_.clear();
}

}  // namespace jianmen::base
