// Why a request fits no operation, and what may have been meant. Runs on refusals only; the work is
// bounded by the number of operations, not by what the client sent.

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "catalog/detail/distance.hpp"
#include "catalog/detail/tables.hpp"

namespace jianmen::catalog::detail {

namespace {

using Reason = NoRoute::Reason;
using Tried = std::vector<const ServiceTable*>;

constexpr std::size_t kMostNearest = 3;
constexpr std::array<std::string_view, 6> kMethods = {"GET",    "POST",  "PUT",
                                                      "DELETE", "PATCH", "HEAD"};
constexpr std::array<std::string_view, 9> kVersions = {"v1",   "v1.0", "v1.1", "v2", "v2.0",
                                                       "v2.1", "v3",   "v3.0", "v5"};

std::string describe(const Operation& operation) {
  return operation.method + " " + operation.path + " (" + operation.service + ")";
}

// What `path` means in one of the tables, into `nearest`.
bool add_match(const ServiceTable& table, const Path& path, std::string_view method,
               std::vector<std::string>& nearest) {
  const auto match = table.router.find(path, method);
  if (match.leaf == nullptr) return false;
  if (nearest.size() < kMostNearest) nearest.push_back(describe(*match.leaf->operations.front()));
  return true;
}

bool is_version(std::string_view segment) {
  return segment.size() >= 2 && segment.size() <= 5 && (segment[0] == 'v' || segment[0] == 'V') &&
         segment.find_first_not_of("0123456789.", 1) == std::string_view::npos;
}

// What separates a path from a template, segment by segment: 0 is the same, a placeholder takes any
// value.
std::size_t segment_cost(std::string_view expected, std::string_view got) {
  if (expected == got) return 0;
  if (expected.starts_with('{')) return 1;
  if (is_version(expected) && is_version(got)) return 2;
  if (expected.front() != got.front()) return 12;  // few slips are in the first letter
  const std::size_t distance = edit_distance(expected, got, 3);
  return distance <= 3 ? 2 * distance : 12;
}

constexpr std::size_t kSegmentMissing = 6;
constexpr std::size_t kFarthest = 12;

// kFarthest + 1 when they are farther apart.
std::size_t path_cost(const std::vector<std::string_view>& expected, const Path& got) {
  const std::size_t size = expected.size();
  if (size > got.size() + 1 || got.size() > size + 1) return kFarthest + 1;
  std::array<std::size_t, Path::kMaxSegments + 2> row{};
  for (std::size_t j = 0; j <= got.size(); ++j) row[j] = j * kSegmentMissing;
  for (std::size_t i = 1; i <= size; ++i) {
    std::size_t diagonal = row[0];
    std::size_t least = row[0] = i * kSegmentMissing;
    for (std::size_t j = 1; j <= got.size(); ++j) {
      // Two segments left out are too far already.
      const bool near = i <= j + 1 && j <= i + 1;
      const std::size_t cost =
          near ? segment_cost(expected[i - 1], got[j - 1].text) : kFarthest + 1;
      const std::size_t replaced = diagonal + cost;
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + kSegmentMissing, row[j - 1] + kSegmentMissing});
      least = std::min(least, row[j]);
    }
    if (least > kFarthest) return kFarthest + 1;
  }
  return row[got.size()];
}

std::vector<std::string> nearest_operations(const Tables& tables, const Tried& tried,
                                            std::string_view method, const Path& path) {
  std::vector<std::pair<std::size_t, const Operation*>> found;
  for (const ServiceTable& table : tables.tables) {
    if (!tried.empty() && std::ranges::find(tried, &table) == tried.end()) continue;
    for (const Template& known : table.templates) {
      if (known.operation->path == "/") continue;
      const std::size_t cost =
          path_cost(known.segments, path) + (known.operation->method == method ? 0 : 3);
      if (cost <= kFarthest) found.emplace_back(cost, known.operation);
    }
  }
  std::ranges::stable_sort(found, {}, [](const auto& f) { return f.first; });
  std::vector<std::string> nearest;
  for (const auto& [cost, operation] : found) {
    std::string text = describe(*operation);
    if (std::ranges::find(nearest, text) != nearest.end()) continue;  // told apart by the body only
    nearest.push_back(std::move(text));
    if (nearest.size() == kMostNearest) break;
  }
  return nearest;
}

// The path with something in place of each empty segment.
std::string filled(std::string_view raw) {
  std::string text;
  for (const char c : raw) {
    if (c == '/' && text.ends_with('/')) text += '-';
    text += c;
  }
  return text;
}

NoRoute explain_unparsed(const Tables& tables, const Tried& tried, Path::Fault fault,
                         std::string_view method, std::string_view raw) {
  if (fault != Path::Fault::EmptySegment) return {Reason::UnknownPath, {}};
  NoRoute why{Reason::EmptySegment, {}};
  const std::string text = filled(raw);
  Path path;
  if (!path.parse(text)) {
    for (const ServiceTable* table : tried) add_match(*table, path, method, why.nearest);
    if (why.nearest.empty()) why.nearest = nearest_operations(tables, tried, method, path);
  }
  return why;
}

bool has_placeholder(const Path& path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::string_view text = path[i].text;
    if (text.contains('{') || text.contains('}') || text.starts_with(':') || text.starts_with('$'))
      return true;
  }
  return false;
}

}  // namespace

NoRoute explain_path(const Tables& tables, const Tried& tried, std::string_view method,
                     std::string_view raw_path) {
  Path path;
  if (const auto fault = path.parse(raw_path)) {
    return explain_unparsed(tables, tried, *fault, method, raw_path);
  }
  NoRoute why;
  if (has_placeholder(path)) {
    return {Reason::Placeholder, nearest_operations(tables, tried, method, path)};
  }
  for (const ServiceTable* table : tried) {
    for (const std::string_view other : kMethods) {
      if (add_match(*table, path, other, why.nearest)) why.reason = Reason::Method;
    }
  }
  if (!why.nearest.empty()) return why;
  for (const ServiceTable& table : tables.tables) {
    const bool was_tried = std::ranges::find(tried, &table) != tried.end();
    if (!was_tried && add_match(table, path, method, why.nearest))
      why.reason = Reason::OtherService;
  }
  if (!why.nearest.empty()) return why;
  if (path.size() > 1 && is_version(path[0].text)) {
    const std::string_view original = path[0].text;
    for (const std::string_view version : kVersions) {
      path.replace(0, version);
      for (const ServiceTable* table : tried) {
        if (add_match(*table, path, method, why.nearest)) why.reason = Reason::Version;
      }
    }
    // With another version and another method: the version is what is met first.
    for (const std::string_view version : kVersions) {
      if (!why.nearest.empty() && why.reason == Reason::Version) break;
      path.replace(0, version);
      for (const ServiceTable* table : tried) {
        for (const std::string_view other : kMethods) {
          if (add_match(*table, path, other, why.nearest)) why.reason = Reason::Version;
        }
      }
    }
    if (!why.nearest.empty()) return why;
    path.replace(0, original);
  }
  return {Reason::UnknownPath, nearest_operations(tables, tried, method, path)};
}

NoRoute explain_host(const Tables& tables, std::string_view host) {
  const auto dot = std::min(host.find('.'), host.size());
  const std::string_view service = host.substr(0, dot);
  const std::string_view rest = host.substr(dot);  // ".cn-north-4.myhuaweicloud.com"
  NoRoute why{Reason::UnknownHost, {}};
  for (const std::string_view label : base::split(rest, '.')) {
    if (tables.region_of.contains(label)) why.reason = Reason::NotInRegion;
    if (label.size() < 2 || !tables.region_of.contains(label.substr(0, label.size() - 1))) continue;
    if (label.back() < 'a' || label.back() > 'z') continue;
    why.reason = Reason::RegionIsZone;
    std::string corrected(host);
    corrected.erase(static_cast<std::size_t>(label.data() - host.data()) + label.size() - 1, 1);
    if (tables.endpoint_of.contains(corrected)) why.nearest.push_back(std::move(corrected));
    return why;
  }
  std::vector<std::pair<std::size_t, std::string_view>> found;
  for (const Endpoint& endpoint : tables.endpoints) {
    const std::string_view other = endpoint.host;
    if (other.starts_with(service) && other.substr(service.size()).starts_with('.')) {
      found.emplace_back(edit_distance(other.substr(service.size()), rest, 20), other);
    }
  }
  const bool known_service = !found.empty();
  if (!known_service) {
    why.reason = Reason::UnknownHost;
    for (const Endpoint& endpoint : tables.endpoints) {
      const std::string_view other = endpoint.host;
      if (!other.ends_with(rest)) continue;
      const std::size_t distance =
          edit_distance(other.substr(0, other.size() - rest.size()), service, 2);
      if (distance <= 2) found.emplace_back(distance, other);
    }
  }
  std::ranges::stable_sort(found, {}, [](const auto& f) { return f.first; });
  for (const auto& [distance, other] : found) {
    if (why.nearest.size() == kMostNearest) break;
    if (std::ranges::find(why.nearest, other) == why.nearest.end()) why.nearest.emplace_back(other);
  }
  return why;
}

}  // namespace jianmen::catalog::detail
