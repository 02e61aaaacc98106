#pragma once
// The syntax of a Host field (RFC 9110 section 7.2): uri-host [ ":" port ], never empty here.

#include <string_view>

namespace jianmen::http::detail {

bool is_host(std::string_view text);

}  // namespace jianmen::http::detail
