#pragma once
// Text that must not be printed, logged or left in freed memory: SKs, passwords, master keys.
// It does not convert to a string and has no stream operator; reveal() is the one way in, easy to
// search for.

#include <string>
#include <string_view>

namespace jianmen::base {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  std::string_view reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  std::size_t size() const { return text_.size(); }

 private:
  void wipe() noexcept;  // overwrites the characters, then empties
  std::string text_;
};

}  // namespace jianmen::base
