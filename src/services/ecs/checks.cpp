#include "services/ecs/checks.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "services/ecs/faults.hpp"
#include "services/ecs/inventory.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

constexpr std::size_t kTagKey = 36, kTagValue = 43, kTagsGiven = 10, kDescription = 85;
constexpr std::size_t kMetadataText = 255;
constexpr std::string_view kPasswordSigns = "!@$%^-_=+[{}]:,./?";
constexpr std::string_view kNotInTagKeys = "=*<>\\,|/";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// Calls `take` with every code point; false when the text is no UTF-8 or `take` says no.
template <class Take>
bool each_code_point(std::string_view text, Take take) {
  if (!base::is_utf8(text)) return false;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t point = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t k = 1; k < size; ++k) {
      point = point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    if (!take(point)) return false;
    i += size;
  }
  return true;
}

bool is_chinese(char32_t point) {
  return (point >= 0x4E00 && point <= 0x9FFF) || (point >= 0x3400 && point <= 0x4DBF);
}

std::string reversed(std::string_view text) { return std::string(text.rbegin(), text.rend()); }

// Three characters in a row of the user's name, whatever their case.
bool holds_run_of(std::string_view password, std::string_view user) {
  const std::string lower = base::to_lower(password), name = base::to_lower(user);
  for (std::size_t i = 0; i + 3 <= name.size(); ++i) {
    if (lower.find(name.substr(i, 3)) != std::string::npos) return true;
  }
  return false;
}

bool is_metadata_key(std::string_view key) {
  if (key.empty() || key.size() > kMetadataText) return false;
  return std::ranges::all_of(key, [](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view("-_: .").find(c) != std::string_view::npos;
  });
}

}  // namespace

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (c & 0xC0) != 0x80; }));
}

Checked check_name(std::string_view name, std::size_t limit) {
  std::size_t width = 0;
  const bool allowed = each_code_point(name, [&](char32_t point) {
    width += is_chinese(point) ? 2 : 1;
    if (is_chinese(point)) return true;
    if (point > 0x7F) return false;
    const char c = static_cast<char>(point);
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
  });
  if (name.empty() || width > limit) return ecs_fault("Ecs.0914");
  if (!allowed) return ecs_fault("Ecs.0915");
  return {};
}

Checked check_description(std::string_view description) {
  const bool allowed =
      each_code_point(description, [](char32_t point) { return point != '<' && point != '>'; });
  if (!allowed || characters(description) > kDescription) return ecs_fault("Ecs.0041");
  return {};
}

Checked check_password(std::string_view password, bool windows) {
  const std::string_view user = windows ? "Administrator" : "root";
  int kinds[4] = {};
  for (const char c : password) {
    if (c >= 'A' && c <= 'Z') {
      kinds[0] = 1;
    } else if (c >= 'a' && c <= 'z') {
      kinds[1] = 1;
    } else if (is_digit(c)) {
      kinds[2] = 1;
    } else if (kPasswordSigns.find(c) != std::string_view::npos) {
      kinds[3] = 1;
    } else {
      return ecs_fault("Ecs.0011");
    }
  }
  const bool good = password.size() >= 8 && password.size() <= 26 &&
                    kinds[0] + kinds[1] + kinds[2] + kinds[3] >= 3 &&
                    !base::equals_ignore_case(password, user) &&
                    !base::equals_ignore_case(password, reversed(user)) &&
                    !(windows && holds_run_of(password, user));
  if (!good) return ecs_fault("Ecs.0011");
  return {};
}

Checked check_tag(std::string_view key, std::string_view value) {
  if (key.empty() || characters(key) > kTagKey || characters(value) > kTagValue) {
    return ecs_fault("Ecs.0906");
  }
  const bool key_allowed =
      base::is_utf8(key) && std::ranges::none_of(key, [](char c) {
        return is_control(c) || kNotInTagKeys.find(c) != std::string_view::npos;
      });
  if (!key_allowed || !base::is_utf8(value) || std::ranges::any_of(value, is_control)) {
    return ecs_fault("Ecs.0907");
  }
  return {};
}

Checked check_metadata(const json::object& metadata) {
  for (const auto& [key, value] : metadata) {
    if (!is_metadata_key(key) || !value.is_string() || value.get_string().size() > kMetadataText) {
      return invalid(
          "metadata is illegal: keys are 1 to 255 of A-Z a-z 0-9 - _ : . and blank, "
          "values strings of up to 255 characters.");
    }
  }
  return {};
}

std::expected<std::vector<std::string>, Fault> read_server_ids(const json::value& body,
                                                               std::size_t limit) {
  const json::array* servers = base::find_array(body, "servers");
  if (!servers || servers->empty()) return invalid("request body is illegal.");
  if (servers->size() > limit) return ecs_fault("Ecs.0118");
  std::vector<std::string> ids;
  for (const json::value& server : *servers) {
    const std::optional<std::string_view> id = base::find_string(server, "id");
    if (!id || !is_uuid(*id)) return invalid("some of the id in request are illegal uuid.");
    ids.emplace_back(*id);
  }
  std::vector<std::string> unique;
  std::vector<std::string_view> seen;
  for (const std::string& id : ids) {
    const auto at = std::ranges::lower_bound(seen, std::string_view(id));
    if (at != seen.end() && *at == id) continue;
    seen.insert(at, id);
    unique.push_back(id);
  }
  return unique;
}

std::expected<Pairs, Fault> read_tags(const json::array& tags, Doubles doubles) {
  if (tags.size() > kTagsGiven) return ecs_fault("Ecs.0905");
  Pairs pairs;
  for (const json::value& tag : tags) {
    const std::optional<std::string_view> key = base::find_string(tag, "key");
    if (!key) return invalid("request body is illegal.");
    const std::string_view value = base::find_string(tag, "value").value_or("");
    if (Checked good = check_tag(*key, value); !good) return std::unexpected(good.error());
    if (doubles == Doubles::Refused && find_pair(pairs, *key)) return ecs_fault("Ecs.0908");
    set_pair(pairs, *key, value);
  }
  return pairs;
}

}  // namespace jianmen::services::ecs
