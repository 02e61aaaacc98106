#pragma once
// One server as it is kept: what the caller chose and what was given to it. Everything else on the
// wire is worked out when it is shown (view.hpp). A pending transition is part of the record and
// takes effect when read after its time: advance() is the only place. Thread safety: values and
// pure functions.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "services/ecs/life.hpp"

namespace jianmen::services::ecs {

using Pairs = std::vector<std::pair<std::string, std::string>>;  // in the order they were given

struct Nic {
  std::string port, mac, address;
  std::string
      network;  // the subnet's network id: `subnet_id` of a create, `net_id` of an interface
};

struct Volume {
  std::string id, type;
  int size = 40;  // GiB
  std::string device;
  int boot_index = -1;  // 0: the system disk
  bool delete_on_termination = false;
};

struct Pending {
  Event event = Event::Build;
  base::Time due{};
  std::string flavor;  // the target of a resize
};

struct Server {
  std::string project, id, name;
  std::string user;
  base::Time created{}, updated{};
  std::optional<base::Time> launched;
  std::string flavor, image, zone, vpc;
  std::vector<Nic> nics;
  std::vector<Volume> volumes;
  Pairs security_groups;  // (id, name)
  Pairs metadata;         // the caller's own
  Pairs tags;
  std::string key_name, description, user_data, hostname, agency;
  std::string reservation;
  int launch_index = 0;
  std::string enterprise_project = "0";
  std::string group;                     // server group
  std::optional<base::Time> paid_until;  // prepaid
  bool locked = false;
  VmState state = VmState::Building;
  std::optional<Pending> pending;

  std::optional<Event> running() const {
    return pending ? std::optional(pending->event) : std::nullopt;
  }
  std::string_view status() const { return ecs::status(state, running()); }
  const std::string* find_tag(std::string_view key) const;
};

// Makes `server` what it is at `now`.
void advance(Server& server, base::Time now);

// Starts `event`, which judge() let begin.
void begin(Server& server, Event event, base::Time now, base::Time due);

void set_pair(Pairs& pairs, std::string_view key, std::string_view value);
bool erase_pair(Pairs& pairs, std::string_view key);
const std::string* find_pair(const Pairs& pairs, std::string_view key);

std::string to_record(const Server& server);
std::optional<Server> from_record(std::string_view project, std::string_view id,
                                  std::string_view record);

}  // namespace jianmen::services::ecs
