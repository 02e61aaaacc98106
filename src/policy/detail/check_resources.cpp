#include "policy/detail/check_resources.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "policy/detail/violation.hpp"

namespace jianmen::policy::detail {

namespace {

namespace json = base::json;
using Check = std::optional<Violation>;
using IsAction = std::function<bool(std::string_view)>;

constexpr std::size_t kMostUris = 20;
constexpr std::size_t kMostResources = 10;
constexpr std::size_t kMostLength = 1500;
constexpr std::size_t kSegments = 5;
constexpr std::string_view kAgencies = "/iam/agencies/";

Check check_uris(const json::object& form) {
  for (const auto& member : form) {
    if (member.key() != "uri")
      return violates(1059, "Invalid key '" + std::string(member.key()) + "'.");
  }
  const auto* uri = form.if_contains("uri");
  const auto* uris = uri != nullptr ? uri->if_array() : nullptr;
  const auto count = uris != nullptr ? uris->size() : 0;
  if (count == 0 || count > kMostUris) {
    return violates(1037, "The number of resource URIs " + std::to_string(count) +
                              " must be greater than 0 and less than or equal to 20.");
  }
  for (const auto& item : *uris) {
    if (!item.is_string()) return violates(1060, "The value of key 'uri' must be a string.");
    const std::string_view text = item.get_string();
    const bool is_agency = text.starts_with(kAgencies) && text.size() > kAgencies.size() &&
                           text.size() <= kMostLength &&
                           is_word(text.substr(kAgencies.size()), "-_*");
    if (!is_agency) {
      return violates(1038, "Resource URI '" + std::string(text) +
                                "' is invalid. Old resources only support agencies.");
    }
  }
  return {};
}

// The five segments; the path keeps its own colons.
std::vector<std::string_view> segments_of(std::string_view text) {
  std::vector<std::string_view> segments;
  while (segments.size() + 1 < kSegments) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) break;
    segments.push_back(text.substr(0, colon));
    text.remove_prefix(colon + 1);
  }
  segments.push_back(text);
  return segments;
}

bool is_service(std::string_view service, const IsAction& is_action) {
  if (service.empty() || !is_word(service, "-_")) return false;
  return !is_action || is_action(std::string(service) + ":*:*");
}

Check check_segments(const std::string& text, const IsAction& is_action) {
  const auto segments = segments_of(text);
  if (segments.size() != kSegments || !is_service(segments[0], is_action)) {
    return violates(1045, "Resource URI '" + text + "' or service '" + std::string(segments[0]) +
                              "' is invalid.");
  }
  if (segments[1].empty()) return violates(1043, "A region must be specified.");
  if (segments[1] != "*" && !is_word(segments[1], "-")) {
    return violates(
        1044, "Region '" + std::string(segments[1]) + "' of resource '" + text + "' is invalid.");
  }
  if (!is_word(segments[2], "-_*"))
    return violates(1047, "Resource URI '" + text + "' contains invalid characters.");
  if (segments[3].empty() || !is_word(segments[3], "-_*")) {
    return violates(1046, "Resource URI '" + text + "' or resource type '" +
                              std::string(segments[3]) + "' is invalid.");
  }
  const bool legal = !segments[4].empty() && base::is_utf8(segments[4]) &&
                     std::ranges::none_of(segments[4], [](char c) {
                       return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                     });
  if (!legal)
    return violates(1048,
                    "Resource URI '" + text + "' is too long or contains invalid characters.");
  return {};
}

Check check_resource(const json::value& item, const IsAction& is_action) {
  if (!item.is_string()) return violates(1060, "The value of key 'Resource' must be a string.");
  const std::string text(std::string_view(item.get_string()));
  if (text.empty() || text.contains(' ')) {
    return violates(1041, "The resource URI cannot be left blank or contain spaces.");
  }
  if (const auto length = length_of(text); length > kMostLength) {
    return violates(1042, "The length " + std::to_string(length) +
                              " of a resource URI exceeds 1,500 characters.");
  }
  return text == "*" ? Check() : check_segments(text, is_action);
}

}  // namespace

Check check_resources(const json::value& statement, const IsAction& is_action) {
  const auto* resource = base::find(statement, "Resource");
  if (resource == nullptr) return {};
  if (resource->is_object()) return check_uris(resource->get_object());
  if (!resource->is_array())
    return violates(1049, "The Resource must be a JSONObject or JSONArray.");
  const auto& items = resource->get_array();
  if (items.empty() || items.size() > kMostResources) {
    return violates(1040, "The number of resources " + std::to_string(items.size()) +
                              " must be greater than 0 and less than or equal to 10.");
  }
  for (const auto& item : items) {
    if (auto wrong = check_resource(item, is_action)) return wrong;
  }
  return {};
}

}  // namespace jianmen::policy::detail
