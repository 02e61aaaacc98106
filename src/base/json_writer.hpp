#pragma once
// JSON text written straight into a string, for answers that are made often: no tree, no allocation
// once the string has its size. The same bytes as to_text() of the same tree. The caller keeps the
// order (a key before each value of an object); names are written as they stand, so they are
// literals that need no escape. Thread safety: none.

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace jianmen::base {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}  // appends

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);
  // One text, given in pieces. What is not UTF-8 stays as it is.
  void text(std::span<const std::string_view> pieces);
  void text(std::string_view value) { text(std::span(&value, 1)); }
  void boolean(bool value) { bare(value ? "true" : "false"); }
  void null() { bare("null"); }
  void number(std::int64_t value);

  void member(std::string_view name, std::string_view value);
  template <std::same_as<bool> Boolean>  // a literal text is no boolean
  void member(std::string_view name, Boolean value) {
    key(name);
    boolean(value);
  }

 private:
  void separate() {
    if (needs_comma_) out_ += ',';
  }
  void open(char bracket) {
    separate();
    out_ += bracket;
    needs_comma_ = false;
  }
  void close(char bracket) {
    out_ += bracket;
    needs_comma_ = true;
  }
  void bare(std::string_view token);

  std::string& out_;
  bool needs_comma_ = false;
};

}  // namespace jianmen::base
