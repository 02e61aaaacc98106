#include "upstream/table.hpp"

#include <algorithm>
#include <array>

#include "upstream/checker.hpp"

namespace jianmen::upstream {

namespace {

using catalog::Operation;

bool is_same_row(const Operation& a, const Operation& b) {
  return a.id == b.id && a.method == b.method && a.path == b.path && a.action == b.action &&
         a.scope == b.scope && a.caller == b.caller;
}

const Operation* keep(std::deque<Operation>& operations, const Operation& row) {
  for (const Operation& kept : operations) {
    if (is_same_row(kept, row)) return &kept;
  }
  return &operations.emplace_back(row);
}

// A Host header's name without its port and last dot, in lower case, in a buffer of its own.
class HostName {
 public:
  explicit HostName(std::string_view host) {
    if (host.starts_with('[')) {
      host = host.substr(0, host.find(']') + 1);
    } else {
      host = host.substr(0, host.find(':'));
    }
    if (host.ends_with('.')) host.remove_suffix(1);
    text_.resize(host.size());
    std::ranges::transform(host, text_.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// The health that the server had in the table before.
std::shared_ptr<Health> health_of(const Table* before, const Group& group, const Server& server) {
  if (before) {
    const auto& groups = before->settings().groups;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (groups[g].name != group.name) continue;
      for (std::size_t s = 0; s < groups[g].servers.size(); ++s) {
        const bool checked = groups[g].health.path == group.health.path;
        if (checked && groups[g].servers[s].text == server.text) return before->health(g)[s];
      }
    }
  }
  return std::make_shared<Health>();
}

}  // namespace

Table::HostRoutes& Table::routes_of(const std::string& host) {
  if (host.empty()) {
    if (!any_) any_ = std::make_unique<HostRoutes>();
    return *any_;
  }
  if (!host.starts_with("*.")) return hosts_[host];
  const std::string domain = host.substr(1);
  const auto found = std::ranges::find(domains_, domain, [](const auto& row) { return row.first; });
  if (found != domains_.end()) return found->second;
  return domains_.emplace_back(domain, HostRoutes()).second;
}

base::Result<std::shared_ptr<const Table>> Table::create(Settings settings,
                                                         std::deque<Operation>& operations,
                                                         const Table* before) {
  std::shared_ptr<Table> table(new Table());
  table->settings_ = std::move(settings);
  const auto& routes = table->settings_.routes;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const Operation* operation = keep(operations, routes[i].operation);
    HostRoutes& host = table->routes_of(routes[i].host);
    if (auto added = host.router.add(*operation); !added) return error_of(added);
    host.route_of.emplace(operation, i);
  }
  // The longest domain is the most exact.
  std::ranges::sort(table->domains_, std::ranges::greater(),
                    [](const auto& row) { return row.first.size(); });
  for (const Group& group : table->settings_.groups) {
    auto& health = table->health_.emplace_back();
    for (const Server& server : group.servers) health.push_back(health_of(before, group, server));
  }
  table->traffic_.resize(table->settings_.groups.size());
  return std::shared_ptr<const Table>(std::move(table));
}

std::shared_ptr<PoolTraffic> Table::add_traffic(std::size_t group) const {
  const std::lock_guard lock(traffic_mutex_);
  return traffic_[group].emplace_back(
      std::make_shared<PoolTraffic>(settings_.groups[group].servers.size()));
}

std::vector<std::shared_ptr<const PoolTraffic>> Table::traffic(std::size_t group) const {
  const std::lock_guard lock(traffic_mutex_);
  return {traffic_[group].begin(), traffic_[group].end()};
}

std::optional<std::expected<Match, catalog::NoRoute>> Table::find(const catalog::Catalog& catalog,
                                                                  std::string_view host,
                                                                  std::string_view method,
                                                                  std::string_view path) const {
  const auto found_in = [&](const HostRoutes& routes) -> std::expected<Match, catalog::NoRoute> {
    auto route = routes.router.find(method, path);
    if (!route) return std::unexpected(std::move(route.error()));
    const std::size_t index = routes.route_of.at(route->candidates.front());
    return Match{std::move(*route), index};
  };
  const HostName name(host);
  if (const auto exact = hosts_.find(name.text()); exact != hosts_.end()) {
    return found_in(exact->second);
  }
  for (const auto& [domain, routes] : domains_) {
    if (name.text().size() > domain.size() && name.text().ends_with(domain))
      return found_in(routes);
  }
  if (!any_ || catalog.is_cloud_host(host)) return std::nullopt;
  auto match = found_in(*any_);
  if (!match) return std::nullopt;  // the catalogue may know it
  return match;
}

Registry::Registry() : checker_(std::make_unique<Checker>()) {}
Registry::~Registry() = default;

base::Result<> Registry::replace(Settings settings) {
  std::shared_ptr<const Table> table;
  {
    const std::lock_guard lock(mutex_);
    auto made = Table::create(std::move(settings), operations_, table_.get());
    if (!made) return error_of(made);
    table = table_ = std::move(*made);
    generation_.fetch_add(1, std::memory_order_acq_rel);
  }
  return checker_->check(std::move(table));
}

std::shared_ptr<const Table> Registry::table() const {
  const std::lock_guard lock(mutex_);
  return table_;
}

}  // namespace jianmen::upstream
