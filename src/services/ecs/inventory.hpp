#pragma once
// What every region has to offer: flavors and images (data/ecs/*.json, in the binary) and, for each
// project, a default VPC with one subnet and one security group, whose ids follow from the
// project's id alone, so that the same project has the same network after every start. Thread
// safety: immutable.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace jianmen::services::ecs {

struct Flavor {
  std::string id;  // the name, too
  int vcpus = 1;
  int ram = 1024;            // MB
  std::string generation;    // s3
  std::string performance;   // normal, computingv3, …
  std::string architecture;  // x86 | arm64
  std::string status;        // normal | sellout | abandon
  int max_nics = 2;
};

struct Image {
  std::string id, name;
  std::string os_type;       // Linux | Windows
  std::string architecture;  // x86 | arm64
  int min_disk = 40;         // GB
  bool windows() const { return os_type == "Windows"; }
};

class Inventory {
 public:
  static base::Result<Inventory> create(std::string_view flavors_json,
                                        std::string_view images_json);

  const std::vector<Flavor>& flavors() const { return flavors_; }
  const std::vector<Image>& images() const { return images_; }
  const Flavor* find_flavor(std::string_view id) const;
  const Image* find_image(std::string_view id) const;
  static bool fits(const Flavor& flavor, const Image& image) {
    return flavor.architecture == image.architecture;
  }

 private:
  std::vector<Flavor> flavors_;
  std::vector<Image> images_;
};

// A VPC has one subnet that spans 192.168.0.0/16.
struct Network {
  std::string vpc;
  std::string network;         // the id that `subnet_id` of a create names
  std::string subnet;          // the neutron subnet's
  std::string security_group;  // "default"
};
Network default_network(std::string_view project);
Network network_of_vpc(std::string_view project, std::string_view vpc);

inline constexpr std::string_view kSubnetRange = "192.168.0.0/16";
// Nothing when it is no address of the subnet that a server may have.
std::optional<std::uint32_t> parse_address(std::string_view text);
std::string format_address(std::uint32_t address);
inline constexpr std::uint32_t kFirstAddress = 0xC0A80002, kLastAddress = 0xC0A8FFFD;

// A UUID that follows from `kind` and `name`.
std::string derived_uuid(std::string_view kind, std::string_view name);
std::string derived_mac(std::string_view name);  // fa:16:3e:…
bool is_uuid(std::string_view text);             // 8-4-4-4-12 hex digits

}  // namespace jianmen::services::ecs
