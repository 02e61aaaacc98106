#include "policy/detail/pattern.hpp"

#include "base/encoding.hpp"
#include "policy/evaluate.hpp"

namespace jianmen::policy {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

// Greedy with one point to go back to: the last `*`. Enough, since a later `*` makes earlier ones
// indifferent.
bool matches_wildcard(std::string_view pattern, std::string_view text, bool ignore_case) {
  std::size_t p = 0, t = 0;
  std::size_t star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      ++t;
      while (t < text.size() && is_continuation(text[t])) ++t;  // one character of UTF-8
    } else if (p < pattern.size() &&
               (pattern[p] == text[t] || (ignore_case && lower(pattern[p]) == lower(text[t])))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace jianmen::policy

namespace jianmen::policy::detail {

namespace {

constexpr std::size_t kActionSegments = 3;
constexpr std::size_t kResourceSegments = 5;

// Segment by segment, the last one of the pattern against the rest.
bool matches_segments(std::string_view pattern, std::string_view text, std::size_t segments) {
  for (std::size_t i = 1; i < segments; ++i) {
    const auto pattern_end = pattern.find(':');
    if (pattern_end == std::string_view::npos) break;
    const auto text_end = text.find(':');
    if (text_end == std::string_view::npos) return false;
    if (!matches_wildcard(pattern.substr(0, pattern_end), text.substr(0, text_end), false)) {
      return false;
    }
    pattern.remove_prefix(pattern_end + 1);
    text.remove_prefix(text_end + 1);
  }
  return matches_wildcard(pattern, text, false);
}

}  // namespace

bool has_wildcard(std::string_view pattern) {
  return pattern.find_first_of("*?") != std::string_view::npos;
}

std::string normalize_action(std::string_view pattern) {
  auto text = base::to_lower(pattern);
  while (text == "*:*" || text.ends_with(":*:*")) text.resize(text.size() - 2);
  return text;
}

bool matches_action(std::string_view pattern, std::string_view action) {
  return matches_segments(pattern, action, kActionSegments);
}

bool matches_resource(std::string_view pattern, std::string_view resource) {
  const auto pattern_end = pattern.find(':');
  const auto resource_end = resource.find(':');
  if (pattern_end == std::string_view::npos) return matches_wildcard(pattern, resource, true);
  if (resource_end == std::string_view::npos) return false;
  return matches_wildcard(pattern.substr(0, pattern_end), resource.substr(0, resource_end), true) &&
         matches_segments(pattern.substr(pattern_end + 1), resource.substr(resource_end + 1),
                          kResourceSegments - 1);
}

std::string_view service_of(std::string_view pattern) {
  return pattern.substr(0, pattern.find(':'));
}

bool touches_service(std::string_view pattern, std::string_view service) {
  return matches_wildcard(service_of(pattern), service, true);
}

bool covers_service(std::string_view pattern, std::string_view service) {
  if (pattern == "*") return true;
  const auto colon = pattern.find(':');
  return colon != std::string_view::npos && pattern.substr(colon) == ":*" &&
         touches_service(pattern, service);
}

}  // namespace jianmen::policy::detail
