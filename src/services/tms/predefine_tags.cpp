#include <algorithm>
#include <charconv>

#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "services/tms/faults.hpp"
#include "services/tms/operations.hpp"

namespace jianmen::services::tms {

namespace json = base::json;

namespace {

constexpr std::size_t kMostTags = 50;

const std::string& account_of(const Call& call) {
  static const std::string none;
  return call.principal ? call.principal->account.value : none;
}

bool contains(std::string_view text, std::optional<std::string_view> part) {
  return !part || base::to_lower(text).find(base::to_lower(*part)) != std::string::npos;
}

enum class Order { Before, Same, After };

template <class T>
Order compare(const T& a, const T& b) {
  return a < b ? Order::Before : b < a ? Order::After : Order::Same;
}

Order flip(Order order) {
  return order == Order::Before ? Order::After : order == Order::After ? Order::Before : order;
}

Order by_time(const PredefinedTag& a, const PredefinedTag& b) {
  return compare(a.updated, b.updated);
}
Order by_key(const PredefinedTag& a, const PredefinedTag& b) {
  return compare(a.tag.key, b.tag.key);
}
Order by_value(const PredefinedTag& a, const PredefinedTag& b) {
  return compare(a.tag.value, b.tag.value);
}
Order latest(const PredefinedTag& a, const PredefinedTag& b) { return flip(by_time(a, b)); }

using Comparison = Order (*)(const PredefinedTag&, const PredefinedTag&);
struct Sorting {
  std::string_view field;
  Comparison first, second, third;  // order_method turns the first alone
};
constexpr Sorting kSortings[] = {
    {"update_time", by_time, by_key, by_value},
    {"key", by_key, latest, by_value},
    {"value", by_value, latest, by_key},
};

void sort_tags(std::vector<PredefinedTag>& tags, const Sorting& sorting, bool down) {
  std::ranges::sort(tags, [&](const PredefinedTag& a, const PredefinedTag& b) {
    Order order = sorting.first(a, b);
    if (down) order = flip(order);
    if (order == Order::Same) order = sorting.second(a, b);
    if (order == Order::Same) order = sorting.third(a, b);
    return order == Order::Before;
  });
}

struct Codes {
  std::string_view missing, key, value;
};

std::expected<Tag, Fault> read_tag(const json::value* value, const Codes& codes) {
  if (!value || !value->is_object()) return tms_fault(codes.missing);
  const std::optional<std::string_view> key = base::find_string(*value, "key");
  const std::optional<std::string_view> text = base::find_string(*value, "value");
  if (!key || !is_key(*key)) return tms_fault(codes.key);
  if (!text || !is_value(*text)) return tms_fault(codes.value);
  return Tag{std::string(*key), std::string(*text)};
}

}  // namespace

// The marker is the number of rows that came before.
Outcome list_predefine_tags(const World& world, const Call& call) {
  const auto limit = read_number(call, "limit", 10, 0, 1000);
  if (!limit) return tms_fault("TMS.0007");
  const bool marked = !call.query("marker").value_or("").empty();
  const auto start =
      marked ? read_number(call, "marker", 0, 0, 1'000'000'000) : std::optional<std::size_t>(0);
  if (!start) return tms_fault("TMS.0008");
  const std::string_view field = call.query("order_field").value_or("update_time");
  const auto sorting = std::ranges::find(kSortings, field, &Sorting::field);
  if (sorting == std::end(kSortings)) return tms_fault("TMS.1010");
  const std::string_view method = call.query("order_method").value_or("desc");
  if (method != "asc" && method != "desc") return tms_fault("TMS.1011");

  std::vector<PredefinedTag> tags = world.predefined.list(account_of(call));
  std::erase_if(tags, [&](const PredefinedTag& row) {
    return !contains(row.tag.key, call.query("key")) ||
           !contains(row.tag.value, call.query("value"));
  });
  sort_tags(tags, *sorting, method == "desc");
  const std::size_t first = std::min(*start, tags.size());
  const std::size_t last = *limit == 0 ? tags.size() : std::min(first + *limit, tags.size());
  json::array views;
  for (std::size_t i = first; i < last; ++i) {
    views.emplace_back(json::object{{"key", tags[i].tag.key},
                                    {"value", tags[i].tag.value},
                                    {"update_time", base::to_iso_seconds(tags[i].updated)}});
  }
  const std::string marker = last < tags.size() ? std::to_string(last) : std::string();
  return Reply(
      json::object{{"marker", marker}, {"total_count", tags.size()}, {"tags", std::move(views)}});
}

Outcome change_predefine_tags(const World& world, const Call& call) {
  const std::string action = base::string_or(call.body, "action", "");
  if (action != "create" && action != "delete") return tms_fault("TMS.0011");
  const json::array* given = base::find_array(call.body, "tags");
  if (!given || given->empty()) return tms_fault("TMS.0012");
  if (given->size() > kMostTags) return tms_fault("TMS.0002");
  std::vector<Tag> tags;
  for (const json::value& row : *given) {
    auto tag = read_tag(&row, {"TMS.0013", "TMS.0009", "TMS.0010"});
    if (!tag) return std::unexpected(tag.error());
    tags.push_back(std::move(*tag));
  }
  const auto done = action == "create" ? world.predefined.put(account_of(call), tags, call.now)
                                       : world.predefined.erase(account_of(call), tags);
  if (!done) return std::unexpected(done.error());
  return Reply::empty();
}

Outcome update_predefine_tags(const World& world, const Call& call) {
  const auto before =
      read_tag(base::find(call.body, "old_tag"), {"TMS.1004", "TMS.1005", "TMS.1006"});
  if (!before) return std::unexpected(before.error());
  const auto after =
      read_tag(base::find(call.body, "new_tag"), {"TMS.1007", "TMS.1008", "TMS.1009"});
  if (!after) return std::unexpected(after.error());
  const auto done = world.predefined.replace(account_of(call), *before, *after, call.now);
  if (!done) return std::unexpected(done.error());
  return Reply::empty();
}

Outcome show_tag_quota(const World& world, const Call& call) {
  return Reply(json::object{
      {"quotas", json::array{json::object{{"quota_key", "predefine_tag"},
                                          {"quota_limit", world.predefined.quota()},
                                          {"used", world.predefined.list(account_of(call)).size()},
                                          {"unit", "count"}}}}});
}

}  // namespace jianmen::services::tms
