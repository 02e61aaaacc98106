#pragma once
// A raw request path as segments, each percent-decoded for itself: what the router compares and
// what becomes a placeholder's value. Points into the raw path.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jianmen::catalog::detail {

class Path {
 public:
  static constexpr std::size_t kMaxSegments = 16;

  struct Segment {
    std::string_view text;  // decoded
    bool literal;           // may equal a literal: it holds no encoded slash
  };
  // What no template can fit.
  enum class Fault {
    EmptySegment,  // "//"
    Malformed,  // no leading slash, too many segments, bad escapes, control characters, "." or ".."
  };

  Path() {}  // the segments beyond size() are never read
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;

  // Fills an empty Path; nullopt when it is one. In place, as a Path is large and made on every
  // request.
  std::optional<Fault> parse(std::string_view raw);

  std::size_t size() const { return count_; }
  const Segment& operator[](std::size_t i) const { return segments_[i]; }
  void replace(std::size_t i, std::string_view text) { segments_[i] = {text, true}; }

 private:
  // Each adds a segment; false: it can be no part of a path.
  bool add_plain(std::string_view text);
  bool add(std::string_view text);

  std::array<Segment, kMaxSegments> segments_;
  std::size_t count_ = 0;
  std::vector<std::string>
      decoded_;  // what Segment::text points at where it differs from the raw path
};

}  // namespace jianmen::catalog::detail
