#include <charconv>

#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "services/ecs/checks.hpp"
#include "services/ecs/faults.hpp"
#include "services/ecs/filter.hpp"
#include "services/ecs/operations.hpp"
#include "services/ecs/view.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

constexpr std::size_t kMostPages = 1'000'000'000;

// The first that comes after `marker` in the order of the list.
std::expected<std::size_t, Fault> after_marker(const ServerList& servers,
                                               std::optional<std::string_view> marker) {
  if (!marker || marker->empty()) return 0;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (servers[i]->id == *marker) return i + 1;
  }
  return invalid("marker[" + std::string(*marker) + "] is invalid.");
}

// An id that is asked for and does not exist is an entry with `id` and `fault` alone, the rest
// null.
json::object missing_view(std::string_view id, const World& world, const Call& call) {
  Server blank;
  blank.project = project_of(call);
  json::object view = detail_view(blank, world.inventory, {});
  for (auto& member : view) member.value() = nullptr;
  view["id"] = id;
  view["fault"] = json::object{{"message", "Instance[" + std::string(id) + "] could not be found."},
                               {"code", 404},
                               {"details", ""},
                               {"created", base::to_iso_seconds(call.now)}};
  return view;
}

std::vector<std::string> wanted_ids(const Call& call) {
  std::vector<std::string> ids;
  for (const std::string_view text : call.queries("server_id")) {
    for (const std::string_view id : base::split(text, ',')) {
      if (!base::trim(id).empty()) ids.emplace_back(base::trim(id));
    }
  }
  return ids;
}

Outcome list_by_ids(const World& world, const Call& call, const std::vector<std::string>& ids) {
  json::array views;
  for (const std::string& id : ids) {
    const std::optional<Server> server = world.records.find_server(project_of(call), id, call.now);
    views.emplace_back(server ? detail_view(*server, world.inventory, {})
                              : missing_view(id, world, call));
  }
  return Reply(json::object{{"count", ids.size()}, {"servers", std::move(views)}});
}

Checked apply(const json::object& change, Server& server) {
  const auto text = [&](std::string_view key) -> std::optional<std::string> {
    const json::value* value = change.if_contains(key);
    if (!value) return std::nullopt;
    return value->is_string() ? std::string(value->get_string()) : std::string();
  };
  if (const auto name = text("name")) {
    if (Checked good = check_name(*name); !good) return good;
    server.name = *name;
  }
  if (const auto description = text("description")) {
    if (Checked good = check_description(*description); !good) return good;
    server.description = *description;
  }
  if (const auto hostname = text("hostname")) server.hostname = *hostname;
  if (const auto data = text("user_data")) server.user_data = *data;
  return {};
}

}  // namespace

const std::string& project_of(const Call& call) {
  static const std::string none;
  return call.project ? call.project->id.value : none;
}

std::expected<Server, Fault> find_server(const World& world, const Call& call) {
  const std::string_view id = call.path("server_id");
  std::optional<Server> server = world.records.find_server(project_of(call), id, call.now);
  if (!server) return no_such_server(id);
  return std::move(*server);
}

std::size_t count_alive(const ServerList& servers, base::Time now) {
  std::size_t count = 0;
  for (const auto& server : servers) {
    if (server.at(now).state != VmState::Deleted) ++count;
  }
  return count;
}

std::expected<std::size_t, Fault> read_number(const Call& call, std::string_view name,
                                              std::size_t otherwise, std::size_t least,
                                              std::size_t most) {
  const std::optional<std::string_view> text = call.query(name);
  if (!text) return otherwise;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || number < least ||
      number > most) {
    return invalid(std::string(name) + "[" + std::string(*text) + "] is invalid.");
  }
  return number;
}

// `offset` is a page number that starts at 1, not a row.
Outcome list_servers_details(const World& world, const Call& call) {
  const auto limit = read_number(call, "limit", 25, 1, 1000);
  if (!limit) return std::unexpected(limit.error());
  const auto page = read_number(call, "offset", 1, 0, kMostPages);
  if (!page) return std::unexpected(page.error());
  if (const std::vector<std::string> ids = wanted_ids(call); !ids.empty()) {
    return list_by_ids(world, call, ids);
  }
  const std::shared_ptr<const ServerList> servers = world.records.list_servers(project_of(call));
  const auto start = after_marker(*servers, call.query("marker"));
  if (!start) return std::unexpected(start.error());

  const Filter filter = native_filter(call);
  const json::storage_ptr storage = answer_storage();
  json::array views(storage);
  const std::size_t first = (std::max<std::size_t>(*page, 1) - 1) * *limit;
  std::size_t count = 0, after_start = 0;
  for (std::size_t i = 0; i < servers->size(); ++i) {
    const Server& server = (*servers)[i].at(call.now);
    if (server.state == VmState::Deleted || !filter.matches(server)) continue;
    ++count;
    if (i < *start || after_start++ < first || views.size() == *limit) continue;
    views.emplace_back(detail_view(server, world.inventory, storage));
  }
  json::object answer(storage);
  answer.emplace("count", count);
  answer.emplace("servers", std::move(views));
  return Reply(std::move(answer));
}

Outcome list_cloud_servers(const World& world, const Call& call) {
  const auto limit = read_number(call, "limit", 10, 1, 100);
  if (!limit) return std::unexpected(limit.error());
  const auto filter = slim_filter(call);
  if (!filter) return std::unexpected(filter.error());
  const std::shared_ptr<const ServerList> servers = world.records.list_servers(project_of(call));
  const auto start = after_marker(*servers, call.query("marker"));
  if (!start) return std::unexpected(start.error());
  std::set<std::string, std::less<>> expected;
  for (const std::string_view text : call.queries("expect-fields")) {
    for (const std::string_view field : base::split(text, ',')) expected.emplace(field);
  }
  json::array views;
  bool more = false;
  std::string last;
  for (std::size_t i = *start; i < servers->size(); ++i) {
    const Server& server = (*servers)[i].at(call.now);
    if (server.state == VmState::Deleted || !filter->matches(server)) continue;
    more = views.size() == *limit;
    if (more) break;
    views.emplace_back(slim_view(server, world.inventory, expected));
    last = server.id;
  }
  json::array links;
  if (more) {
    links.emplace_back(link("next", call.base_url() + "/v1.1/" + project_of(call) +
                                        "/cloudservers/detail?limit=" + std::to_string(*limit) +
                                        "&marker=" + last));
  }
  return Reply(json::object{{"servers", std::move(views)},
                            {"servers_links", std::move(links)},
                            {"request_id", call.request_id}});
}

Outcome show_server(const World& world, const Call& call) {
  const std::expected<Server, Fault> server = find_server(world, call);
  if (!server) return std::unexpected(server.error());
  return Reply(json::object{{"server", detail_view(*server, world.inventory, {})}});
}

Outcome update_server(const World& world, const Call& call) {
  const json::object* change = base::find_object(call.body, "server");
  if (!change) return invalid("request body is illegal.");
  const auto server = world.records.change_server(project_of(call), call.path("server_id"),
                                                  call.now, [&](Server& server) -> Checked {
                                                    server.updated = call.now;
                                                    return apply(*change, server);
                                                  });
  if (!server) return std::unexpected(server.error());
  return Reply(json::object{{"server", updated_view(*server, call)}});
}

Outcome batch_update_servers_name(const World& world, const Call& call) {
  const std::optional<std::string_view> name = base::find_string(call.body, "name");
  if (!name) return invalid("request body is illegal.");
  if (Checked good = check_name(*name); !good) return std::unexpected(good.error());
  const auto ids = read_server_ids(call.body, 100);
  if (!ids) return std::unexpected(ids.error());
  for (const std::string& id : *ids) {
    if (!world.records.find_server(project_of(call), id, call.now)) return no_such_server(id);
  }
  json::array response;
  const bool dry = base::find_bool(call.body, "dry_run").value_or(false);
  for (const std::string& id : *ids) {
    response.emplace_back(json::object{{"id", id}});
    if (dry) continue;
    const auto done =
        world.records.change_server(project_of(call), id, call.now, [&](Server& server) -> Checked {
          server.name = *name;
          server.updated = call.now;
          return {};
        });
    if (!done) return std::unexpected(done.error());
  }
  return Reply(json::object{{"response", std::move(response)}});
}

}  // namespace jianmen::services::ecs
