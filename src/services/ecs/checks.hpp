#pragma once
// What the service accepts in names, tags, descriptions, passwords and lists of servers. Each gives
// the fault that the wire shows. Pure.

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "services/call.hpp"
#include "services/ecs/server.hpp"

namespace jianmen::services::ecs {

using Checked = std::expected<void, Fault>;

std::size_t characters(std::string_view utf8);

// Chinese characters, letters, digits, '_', '-', '.'; 1 to `limit` characters, a Chinese one
// counting twice.
Checked check_name(std::string_view name, std::size_t limit = 128);
Checked check_description(std::string_view description);
// 8 to 26 characters, three of four kinds, not the user's name. Never repeats the password.
Checked check_password(std::string_view password, bool windows);
Checked check_tag(std::string_view key, std::string_view value);
Checked check_metadata(const base::json::object& metadata);

// The `servers` array of a batch: their ids without doubles. Ecs.0005 for what is no UUID, Ecs.0118
// over `limit`.
std::expected<std::vector<std::string>, Fault> read_server_ids(const base::json::value& body,
                                                               std::size_t limit);
// [{"key","value"}]: a value left out is empty. Ecs.0908 for a key given twice with
// `Doubles::Refused`.
enum class Doubles { Refused, LastWins };
std::expected<Pairs, Fault> read_tags(const base::json::array& tags, Doubles doubles);

}  // namespace jianmen::services::ecs
