#pragma once
// JSON for everybody: Boost.JSON under one name, with a bounded parser whose errors a caller can
// read, and accessors for input that may hold anything. Numbers beyond 2^53 keep their digits
// (int64/uint64).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/result.hpp"

namespace jianmen::base {

namespace json = boost::json;

// Strict RFC 8259 text, at most 32 levels deep. The error says the line and column.
Result<json::value> parse_json(std::string_view text);

// Compact text, keys in insertion order.
std::string to_text(const json::value& value);
// Two-space indentation, for people.
std::string to_pretty_text(const json::value& value);

// nullptr when `value` is no object, the key is absent, or (for the typed ones) it is of another
// type.
const json::value* find(const json::value& value, std::string_view key);
const json::object* find_object(const json::value& value, std::string_view key);
const json::array* find_array(const json::value& value, std::string_view key);
// An object would convert to a temporary value, and the result would point into it: its own
// overloads.
const json::value* find(const json::object& object, std::string_view key);
const json::object* find_object(const json::object& object, std::string_view key);
const json::array* find_array(const json::object& object, std::string_view key);
const json::value* find(json::value&& value, std::string_view key) = delete;
const json::object* find_object(json::value&& value, std::string_view key) = delete;
const json::array* find_array(json::value&& value, std::string_view key) = delete;
const json::value* find(json::object&& object, std::string_view key) = delete;
const json::object* find_object(json::object&& object, std::string_view key) = delete;
const json::array* find_array(json::object&& object, std::string_view key) = delete;
std::optional<std::string_view> find_string(const json::value& value, std::string_view key);
std::optional<std::string_view> find_string(const json::object& object, std::string_view key);
std::optional<std::string_view> find_string(json::value&& value, std::string_view key) = delete;
std::optional<std::string_view> find_string(json::object&& object, std::string_view key) = delete;
std::optional<std::int64_t> find_int(const json::value& value, std::string_view key);
std::optional<bool> find_bool(const json::value& value, std::string_view key);
std::string string_or(const json::value& value, std::string_view key, std::string_view otherwise);

}  // namespace jianmen::base
