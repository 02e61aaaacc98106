#pragma once
// JSON text written as it goes, for answers that are made often: no tree, one allocation when the
// usual size was guessed well. The same bytes as to_text() of the same tree. The caller keeps the
// order (a key before each value of an object); names are literals that need no escape. Thread
// safety: none.

#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace jianmen::base {

class JsonWriter {
 public:
  explicit JsonWriter(std::size_t usual_size) { grow(usual_size); }
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;
  // The text, once.
  std::string finish() {
    out_.resize(static_cast<std::size_t>(at_ - out_.data()));
    at_ = end_ = out_.data();
    return std::move(out_);
  }

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  template <std::size_t N>
  void key(const char (&name)[N]) {
    need(N + 3);
    separate();
    *at_++ = '"';
    std::memcpy(at_, name, N - 1);
    at_ += N - 1;
    std::memcpy(at_, "\":", 2);
    at_ += 2;
    needs_comma_ = false;
  }
  // One text, given in pieces. What is not UTF-8 stays as it is.
  void text(std::span<const std::string_view> pieces);
  void text(std::string_view value);
  void boolean(bool value) { bare(value ? "true" : "false"); }
  void null() { bare("null"); }
  void number(std::int64_t value);

  template <std::size_t N>
  void member(const char (&name)[N], std::string_view value) {
    key(name);
    text(value);
  }
  template <std::size_t N, std::same_as<bool> Boolean>  // a literal text is no boolean
  void member(const char (&name)[N], Boolean value) {
    key(name);
    boolean(value);
  }

 private:
  void need(std::size_t size) {
    if (static_cast<std::size_t>(end_ - at_) < size) grow(size);
  }
  void separate() {  // there is room for one
    if (needs_comma_) *at_++ = ',';
  }
  void open(char bracket) {
    need(2);
    separate();
    *at_++ = bracket;
    needs_comma_ = false;
  }
  void close(char bracket) {
    need(1);
    *at_++ = bracket;
    needs_comma_ = true;
  }
  void grow(std::size_t size);
  void piece(std::string_view text);
  void bare(std::string_view token);

  std::string out_;
  char *at_ = out_.data(), *end_ = at_;  // where the next character goes, and where the string ends
  bool needs_comma_ = false;
};

}  // namespace jianmen::base
