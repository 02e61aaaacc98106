#pragma once
// Names in the room of `jianmen run`: every name inside the cloud's domains is the room's front
// door, no other name exists. Files for programs that read them (/etc/hosts, resolv.conf,
// nsswitch.conf) and answers for those that ask a name server, as only that one knows wildcards.
// Pure.

#include <functional>
#include <string>
#include <string_view>

#include "catalog/catalog.hpp"

namespace jianmen::app::run {

// Where ports 443 and 80 answer, and the name server on 53. All of 127/8 is the loopback's; one of
// its own leaves 127.0.0.1 to the program.
inline constexpr std::string_view kDoor = "127.86.0.1";

// /etc/hosts: the catalogue's hosts at `door`, then `rest` (the machine's own file where its
// network stays), or localhost and `machine` when there is none.
std::string hosts_text(const catalog::Catalog& catalog, std::string_view door,
                       std::string_view machine, std::string_view rest);
std::string resolver_text();
// The machine's nsswitch.conf with `hosts: files dns`: other sources (mDNS, systemd-resolved) ask
// outside the room.
std::string name_sources_text(std::string_view machine_file);

// For HUAWEICLOUD_SDK_REGIONS_FILE, where there is no room: every service that has operations here,
// in each of its regions, at `endpoint`. Not more: the Go SDK takes minutes to read thousands of
// entries.
std::string regions_text(const catalog::Catalog& catalog, std::string_view endpoint);

// The answer to one DNS query (RFC 1035): the door's address for cloud names, NXDOMAIN for others.
// Empty: no query that could be answered.
std::string answer_query(std::string_view query,
                         const std::function<bool(std::string_view)>& is_cloud_host);

}  // namespace jianmen::app::run
