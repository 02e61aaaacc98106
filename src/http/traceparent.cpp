#include "http/traceparent.hpp"

#include <algorithm>

namespace jianmen::http {

namespace {

constexpr std::size_t kSize = 55;  // 00-TRACE-PARENT-FLAGS

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == text.npos; }

}  // namespace

std::optional<std::string_view> trace_id(std::string_view traceparent) {
  if (traceparent.size() < kSize) return std::nullopt;
  const auto version = traceparent.substr(0, 2), trace = traceparent.substr(3, 32),
             parent = traceparent.substr(36, 16), flags = traceparent.substr(53, 2);
  for (const std::size_t dash : {2, 35, 52}) {
    if (traceparent[dash] != '-') return std::nullopt;
  }
  if (!is_hex(version) || version == "ff" || !is_hex(flags)) return std::nullopt;
  if (!is_hex(trace) || is_zero(trace) || !is_hex(parent) || is_zero(parent)) return std::nullopt;
  if (traceparent.size() > kSize && (version == "00" || traceparent[kSize] != '-')) {
    return std::nullopt;
  }
  return trace;
}

}  // namespace jianmen::http
