#include "services/ecs/filter.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "services/ecs/faults.hpp"

namespace jianmen::services::ecs {

namespace {

char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same(const std::optional<std::string>& wanted, std::string_view value) {
  return !wanted || *wanted == value;
}

bool has(const std::vector<TagTerm>& terms, const Pairs& pairs, bool all) {
  const auto holds = [&](const TagTerm& term) {
    const std::string* value = find_pair(pairs, term.key);
    return value && (!term.value || *value == *term.value);
  };
  return all ? std::ranges::all_of(terms, holds) : std::ranges::any_of(terms, holds);
}

std::optional<std::string> text_of(const Call& call, std::string_view name) {
  const std::optional<std::string_view> value = call.query(name);
  if (!value || value->empty()) return std::nullopt;
  return std::string(*value);
}

std::vector<std::string> list_of(const Call& call, std::string_view name) {
  std::vector<std::string> list;
  for (const std::string_view text : call.queries(name)) {
    for (const std::string_view item : base::split(text, ',')) {
      if (!item.empty()) list.emplace_back(item);
    }
  }
  return list;
}

std::optional<std::string> enterprise_project(const Call& call) {
  std::optional<std::string> id = text_of(call, "enterprise_project_id");
  if (id == "all_granted_eps") id.reset();
  return id;
}

Filter common_filter(const Call& call) {
  Filter filter;
  if (const auto name = text_of(call, "name")) filter.name.emplace(*name);
  filter.status = text_of(call, "status");
  if (const auto tags = text_of(call, "tags")) filter.tags = read_tag_terms(*tags);
  if (const auto tags = text_of(call, "not-tags")) filter.not_tags = read_tag_terms(*tags);
  filter.reservation = text_of(call, "reservation_id");
  filter.enterprise_project = enterprise_project(call);
  return filter;
}

bool has_address(const Server& server, const std::optional<std::string>& part,
                 const std::optional<std::string>& exact) {
  if (!part && !exact) return true;
  return std::ranges::any_of(server.nics, [&](const Nic& nic) {
    return (!part || nic.address.find(*part) != std::string::npos) &&
           (!exact || nic.address == *exact);
  });
}

}  // namespace

NamePattern::NamePattern(std::string_view pattern) {
  if (pattern.starts_with('^')) {
    from_start_ = true;
    pattern.remove_prefix(1);
  }
  if (pattern.ends_with('$')) {
    to_end_ = true;
    pattern.remove_suffix(1);
  }
  for (const char c : pattern) {
    if (c == '*' && !atoms_.empty()) {
      atoms_.back().repeated = true;
    } else {
      atoms_.push_back({fold(c), c == '.', false});
    }
  }
}

bool NamePattern::matches(std::string_view name) const {
  // reached[i]: the first i atoms match some text that ends here.
  std::vector<char> reached(atoms_.size() + 1), next;
  const auto settle = [&](std::vector<char>& states) {
    for (std::size_t i = 0; i < atoms_.size(); ++i) {
      if (states[i] && atoms_[i].repeated) states[i + 1] = 1;
    }
  };
  reached[0] = 1;
  settle(reached);
  for (const char c : name) {
    if (reached.back() && !to_end_) return true;
    next.assign(atoms_.size() + 1, 0);
    if (!from_start_) next[0] = 1;
    for (std::size_t i = 0; i < atoms_.size(); ++i) {
      const Atom& atom = atoms_[i];
      if (!reached[i] || !(atom.any || atom.character == fold(c))) continue;
      next[atom.repeated ? i : i + 1] = 1;
    }
    settle(next);
    reached.swap(next);
  }
  return reached.back();
}

std::vector<TagTerm> read_tag_terms(std::string_view text) {
  std::vector<TagTerm> terms;
  for (const std::string_view item : base::split(text, ',')) {
    if (item.empty()) continue;
    const std::size_t at = item.find('=');
    TagTerm term{std::string(item.substr(0, at)), std::nullopt};
    if (at != std::string_view::npos) term.value = std::string(item.substr(at + 1));
    terms.push_back(std::move(term));
  }
  return terms;
}

bool Filter::matches(const Server& server) const {
  if (nothing) return false;
  if (!ids.empty() && std::ranges::find(ids, server.id) == ids.end()) return false;
  if (status && !status_matches(*status, server.status())) return false;
  if (!same(flavor, server.flavor) || !same(image, server.image) || !same(zone, server.zone) ||
      !same(reservation, server.reservation) || !same(key_name, server.key_name) ||
      !same(enterprise_project, server.enterprise_project)) {
    return false;
  }
  if (zone_part && server.zone.find(*zone_part) == std::string::npos) return false;
  if (!has_address(server, ip_part, ip)) return false;
  if (!has(tags, server.tags, true) || has(not_tags, server.tags, false)) return false;
  if (!has(metadata, server.metadata, true)) return false;
  if (metadata_key && !find_pair(server.metadata, *metadata_key)) return false;
  if (changed_since && server.updated < *changed_since) return false;
  if (launched_since && (!server.launched || *server.launched < *launched_since)) return false;
  if (prepaid && *prepaid != server.paid_until.has_value()) return false;
  return !name || name->matches(server.name);
}

Filter native_filter(const Call& call) {
  Filter filter = common_filter(call);
  filter.flavor = text_of(call, "flavor");
  filter.ip_part = text_of(call, "ip");
  filter.ip = text_of(call, "ip_eq");
  return filter;
}

std::expected<Filter, Fault> slim_filter(const Call& call) {
  Filter filter = common_filter(call);
  filter.ids = list_of(call, "id");
  filter.flavor = text_of(call, "flavor_name");
  filter.image = text_of(call, "image_id");
  filter.zone_part = text_of(call, "availability_zone");
  filter.zone = text_of(call, "availability_zone_eq");
  filter.key_name = text_of(call, "key_name");
  filter.metadata_key = text_of(call, "metadata-key");
  if (const auto pairs = text_of(call, "metadata")) filter.metadata = read_tag_terms(*pairs);
  if (const auto mode = text_of(call, "charging_mode")) {
    filter.prepaid = *mode == "prepaid" || *mode == "1";
    filter.nothing = !*filter.prepaid && *mode != "postpaid" && *mode != "0";
  }
  if (const auto since = text_of(call, "launched_since")) {
    filter.launched_since = base::parse_iso(*since);
    if (!filter.launched_since) return invalid("launched_since is not a valid time.");
  }
  if (call.query("in_recycle_bin") == "true" || call.query("spod_id").value_or("") != "") {
    filter.nothing = true;
  }
  return filter;
}

std::expected<Filter, Fault> nova_filter(const Call& call) {
  Filter filter;
  filter.image = text_of(call, "image");
  if (filter.image) return filter;  // it stands alone
  filter = common_filter(call);
  filter.flavor = text_of(call, "flavor");
  filter.ip_part = text_of(call, "ip");
  if (const auto since = text_of(call, "changes-since")) {
    filter.changed_since = base::parse_iso(*since);
    if (!filter.changed_since) {
      return fault(FaultKind::Parameter, {}, "Invalid changes-since value");
    }
  }
  return filter;
}

}  // namespace jianmen::services::ecs
