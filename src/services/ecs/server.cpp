#include "services/ecs/server.hpp"

#include <algorithm>

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

std::int64_t micros(base::Time time) { return time.time_since_epoch().count(); }

base::Time time_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return base::Time(base::Duration(value && value->is_int64() ? value->get_int64() : 0));
}

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

int int_of(const json::object& object, std::string_view key, int otherwise) {
  const json::value* value = object.if_contains(key);
  return value && value->is_int64() ? static_cast<int>(value->get_int64()) : otherwise;
}

void put(json::object& object, std::string_view key, const std::string& text) {
  if (!text.empty()) object.emplace(key, text);
}

void put(json::object& object, std::string_view key, const Pairs& pairs) {
  if (pairs.empty()) return;
  json::array list(object.storage());
  for (const auto& [name, value] : pairs) list.emplace_back(json::array{name, value});
  object.emplace(key, std::move(list));
}

Pairs pairs_of(const json::object& object, std::string_view key) {
  Pairs pairs;
  const json::value* value = object.if_contains(key);
  if (!value || !value->is_array()) return pairs;
  for (const json::value& item : value->get_array()) {
    const json::array* pair = item.if_array();
    if (!pair || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_string()) continue;
    pairs.emplace_back(std::string((*pair)[0].get_string()), std::string((*pair)[1].get_string()));
  }
  return pairs;
}

template <class T>
void for_each_object(const json::object& object, std::string_view key, T take) {
  const json::value* value = object.if_contains(key);
  if (!value || !value->is_array()) return;
  for (const json::value& item : value->get_array()) {
    if (item.is_object()) take(item.get_object());
  }
}

json::object record_of(const Nic& nic) {
  return {{"p", nic.port}, {"m", nic.mac}, {"a", nic.address}, {"n", nic.network}};
}

json::object record_of(const Volume& volume) {
  return {{"i", volume.id},     {"t", volume.type},       {"s", volume.size},
          {"d", volume.device}, {"b", volume.boot_index}, {"x", volume.delete_on_termination}};
}

Volume volume_of(const json::object& object) {
  Volume volume{text_of(object, "i"), text_of(object, "t"),    int_of(object, "s", 40),
                text_of(object, "d"), int_of(object, "b", -1), false};
  const json::value* erase = object.if_contains("x");
  volume.delete_on_termination = erase && erase->is_bool() && erase->get_bool();
  return volume;
}

std::optional<Pending> pending_of(const json::object& object) {
  const json::value* value = object.if_contains("pending");
  if (!value || !value->is_object()) return std::nullopt;
  const json::object& row = value->get_object();
  const std::optional<Event> event = find_event(text_of(row, "e"));
  if (!event) return std::nullopt;
  return Pending{*event, time_of(row, "d"), text_of(row, "f")};
}

void put_state(json::object& object, const Server& server) {
  object.emplace("state", text(server.state));
  if (server.locked) object.emplace("locked", true);
  if (server.launched) object.emplace("launched", micros(*server.launched));
  if (server.paid_until) object.emplace("paid_until", micros(*server.paid_until));
  if (!server.pending) return;
  json::object pending{{"e", transition(server.pending->event).name},
                       {"d", micros(server.pending->due)}};
  put(pending, "f", server.pending->flavor);
  object.emplace("pending", std::move(pending));
}

// The members that are plain text, with the name each has in a record.
constexpr std::pair<std::string_view, std::string Server::*> kTexts[] = {
    {"name", &Server::name},
    {"user", &Server::user},
    {"flavor", &Server::flavor},
    {"image", &Server::image},
    {"zone", &Server::zone},
    {"vpc", &Server::vpc},
    {"key_name", &Server::key_name},
    {"description", &Server::description},
    {"user_data", &Server::user_data},
    {"hostname", &Server::hostname},
    {"agency", &Server::agency},
    {"reservation", &Server::reservation},
    {"enterprise_project", &Server::enterprise_project},
    {"group", &Server::group},
};

}  // namespace

const std::string* Server::find_tag(std::string_view key) const { return find_pair(tags, key); }

void advance(Server& server, base::Time now) {
  if (!server.pending || server.pending->due > now) return;
  const Pending done = *std::exchange(server.pending, std::nullopt);
  server.state = transition(done.event).after;
  server.updated = done.due;
  if (done.event == Event::Build || done.event == Event::Start) server.launched = done.due;
  if (!done.flavor.empty()) server.flavor = done.flavor;
}

void begin(Server& server, Event event, base::Time now, base::Time due) {
  const Transition& row = transition(event);
  if (!row.keeps_state) server.state = row.during;
  server.updated = now;
  server.pending = Pending{event, due, {}};
}

void set_pair(Pairs& pairs, std::string_view key, std::string_view value) {
  for (auto& [name, old] : pairs) {
    if (name == key) {
      old = value;
      return;
    }
  }
  pairs.emplace_back(key, value);
}

bool erase_pair(Pairs& pairs, std::string_view key) {
  return std::erase_if(pairs, [&](const auto& pair) { return pair.first == key; }) > 0;
}

const std::string* find_pair(const Pairs& pairs, std::string_view key) {
  const auto found = std::ranges::find(pairs, key, &std::pair<std::string, std::string>::first);
  return found == pairs.end() ? nullptr : &found->second;
}

std::string to_record(const Server& server) {
  json::object object;
  for (const auto& [key, member] : kTexts) put(object, key, server.*member);
  object.emplace("created", micros(server.created));
  object.emplace("updated", micros(server.updated));
  if (server.launch_index) object.emplace("index", server.launch_index);
  put_state(object, server);
  put(object, "security_groups", server.security_groups);
  put(object, "metadata", server.metadata);
  put(object, "tags", server.tags);
  json::array nics, volumes;
  for (const Nic& nic : server.nics) nics.emplace_back(record_of(nic));
  for (const Volume& volume : server.volumes) volumes.emplace_back(record_of(volume));
  object.emplace("nics", std::move(nics));
  object.emplace("volumes", std::move(volumes));
  return base::to_text(object);
}

std::optional<Server> from_record(std::string_view project, std::string_view id,
                                  std::string_view record) {
  const base::Result<json::value> value = base::parse_json(record);
  if (!value || !value->is_object()) return std::nullopt;
  const json::object& object = value->get_object();
  const std::optional<VmState> state = parse_vm_state(text_of(object, "state"));
  if (!state) return std::nullopt;
  Server server;
  server.project = project;
  server.id = id;
  for (const auto& [key, member] : kTexts) server.*member = text_of(object, key);
  server.created = time_of(object, "created");
  server.updated = time_of(object, "updated");
  server.launch_index = int_of(object, "index", 0);
  server.state = *state;
  server.locked = object.contains("locked");
  if (object.contains("launched")) server.launched = time_of(object, "launched");
  if (object.contains("paid_until")) server.paid_until = time_of(object, "paid_until");
  server.pending = pending_of(object);
  server.security_groups = pairs_of(object, "security_groups");
  server.metadata = pairs_of(object, "metadata");
  server.tags = pairs_of(object, "tags");
  for_each_object(object, "nics", [&](const json::object& nic) {
    server.nics.push_back(
        {text_of(nic, "p"), text_of(nic, "m"), text_of(nic, "a"), text_of(nic, "n")});
  });
  for_each_object(object, "volumes",
                  [&](const json::object& volume) { server.volumes.push_back(volume_of(volume)); });
  return server;
}

}  // namespace jianmen::services::ecs
