// Catalog::route and select: which operation a request is for.

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "catalog/catalog.hpp"
#include "catalog/detail/tables.hpp"

namespace jianmen::catalog {

namespace {

using detail::Path;
using detail::Router;
using detail::ServiceTable;
using detail::Tables;

// A Host header's name without its port and last dot, in lower case, in a buffer of its own.
class HostName {
 public:
  explicit HostName(std::string_view host) {
    if (host.starts_with('[')) return;  // IPv6: no name
    const auto colon = host.find(':');
    if (colon != std::string_view::npos && host.find(':', colon + 1) != std::string_view::npos)
      return;
    host = host.substr(0, colon);
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.size() > text_.size()) return;
    std::ranges::transform(host, text_.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    size_ = host.size();
  }

  std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 253> text_;  // the longest DNS name
  std::size_t size_ = 0;
};

bool is_inside(std::string_view host, std::string_view domain) {
  if (!host.ends_with(domain)) return false;
  return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

bool is_cloud_name(const Tables& tables, std::string_view host) {
  return std::ranges::any_of(tables.domains,
                             [&](const auto& domain) { return is_inside(host, domain); });
}

Router::Match find(const ServiceTable& table, const Path& path, std::string_view method) {
  Router::Match match = table.router.find(path, method);
  if (match.leaf == nullptr && method == "HEAD") match = table.router.find(path, "GET");
  return match;
}

Route make_route(const ServiceTable& table, const Region* region, const Path& path,
                 const Router::Match& match) {
  Route route;
  route.service = table.service;
  route.region = region;
  route.candidates = match.leaf->operations;
  route.values.reserve(match.leaf->names.size());
  for (std::size_t i = 0; i < match.leaf->names.size(); ++i) {
    route.values.push_back({match.leaf->names[i], std::string(path[match.captured[i]].text)});
  }
  return route;
}

// The tables that a host stands for, one after the other, until `visit` is content.
template <class Visit>
bool visit_tables(const Tables& tables, std::string_view host, bool cloud, Visit visit) {
  if (!cloud) {
    return std::ranges::any_of(tables.tables,
                               [&](const auto& table) { return visit(table, nullptr); });
  }
  const auto [begin, end] = tables.endpoint_of.equal_range(host);
  for (auto entry = begin; entry != end; ++entry) {
    const Endpoint& endpoint = *entry->second;
    const auto answered = tables.tables_of.find(endpoint.service);
    if (answered == tables.tables_of.end()) continue;
    for (const ServiceTable* table : answered->second) {
      if (visit(*table, endpoint.region)) return true;
    }
  }
  return false;
}

}  // namespace

std::expected<Route, NoRoute> Catalog::route(std::string_view host, std::string_view method,
                                             std::string_view path) const {
  const HostName name(host);
  const bool cloud = is_cloud_name(*tables_, name.text());
  if (cloud && !tables_->endpoint_of.contains(name.text())) {
    return std::unexpected(detail::explain_host(*tables_, name.text()));
  }
  Path segments;
  std::expected<Route, NoRoute> route;
  const auto try_table = [&](const ServiceTable& table, const Region* region) {
    const auto match = find(table, segments, method);
    if (match.leaf == nullptr) return false;
    route = make_route(table, region, segments, match);
    return true;
  };
  if (!segments.parse(path) && visit_tables(*tables_, name.text(), cloud, try_table)) return route;
  std::vector<const ServiceTable*> tried;
  visit_tables(*tables_, name.text(), cloud, [&](const ServiceTable& table, const Region*) {
    tried.push_back(&table);
    return false;
  });
  return std::unexpected(detail::explain_path(*tables_, tried, method, path));
}

bool Catalog::is_cloud_host(std::string_view host) const {
  return is_cloud_name(*tables_, HostName(host).text());
}

std::string_view Route::value(std::string_view name) const {
  const auto found = std::ranges::find(values, name, &PathValue::name);
  return found == values.end() ? std::string_view() : std::string_view(found->value);
}

const Operation* select(const Route& route, const base::json::value* body) {
  const auto fits = [body](const Operation* operation) {
    const Dispatch& dispatch = operation->dispatch;
    if (dispatch.kind == Dispatch::Kind::None) return true;
    const auto* object = body == nullptr ? nullptr : body->if_object();
    if (object == nullptr) return false;
    if (dispatch.kind == Dispatch::Kind::TopKey) {
      return object->size() == 1 && object->contains(dispatch.key);
    }
    const auto* value = object->if_contains(dispatch.key);
    return value != nullptr && value->is_string() &&
           std::string_view(value->get_string()) == dispatch.value;
  };
  if (route.candidates.size() == 1) return route.candidates.front();
  const auto found = std::ranges::find_if(route.candidates, fits);
  return found == route.candidates.end() ? nullptr : *found;
}

}  // namespace jianmen::catalog
