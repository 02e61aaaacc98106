#pragma once
// Actions and resources against their patterns. A `*` stays inside its segment (between two
// colons), but in the pattern's last segment, which takes the rest of the text: no text with a
// colon in its path can slip into a pattern of another resource type. Pure.

#include <string>
#include <string_view>

namespace jianmen::policy::detail {

bool has_wildcard(std::string_view pattern);

// Lower case; trailing `*` segments are joined, so that `*:*:*` is `*` and `identity:*:*` also
// takes the two-segment actions of the old vocabulary.
std::string normalize_action(std::string_view pattern);

// `pattern` as normalize_action() made it, `action` in lower case.
bool matches_action(std::string_view pattern, std::string_view action);

// Of `service:region:account:type:path` the service compares without case.
bool matches_resource(std::string_view pattern, std::string_view resource);

// The service segment of a normalised pattern: all of it when there is no colon.
std::string_view service_of(std::string_view pattern);

// Can `pattern` (normalised) match some action of the service; does it match all of them?
bool touches_service(std::string_view pattern, std::string_view service);
bool covers_service(std::string_view pattern, std::string_view service);

}  // namespace jianmen::policy::detail
