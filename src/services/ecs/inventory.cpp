#include "services/ecs/inventory.hpp"

#include <algorithm>
#include <charconv>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "crypto/digest.hpp"

namespace jianmen::services::ecs {

namespace json = base::json;

namespace {

base::Result<json::array> rows(std::string_view text, std::string_view key) {
  base::Result<json::value> value = base::parse_json(text);
  if (!value) return base::error_of(value);
  const json::array* list = base::find_array(*value, key);
  if (!list || list->empty()) {
    return base::fail(base::Code::Internal, "data/ecs: no list of " + std::string(key));
  }
  return json::array(*list);
}

int number(const json::value& row, std::string_view key, int otherwise) {
  return static_cast<int>(base::find_int(row, key).value_or(otherwise));
}

Flavor flavor_of(const json::value& row) {
  return {base::string_or(row, "id", ""),
          number(row, "vcpus", 0),
          number(row, "ram", 0),
          base::string_or(row, "generation", ""),
          base::string_or(row, "performance", "normal"),
          base::string_or(row, "architecture", "x86"),
          base::string_or(row, "status", "normal"),
          number(row, "max_nics", 2)};
}

Image image_of(const json::value& row) {
  return {base::string_or(row, "id", ""), base::string_or(row, "name", ""),
          base::string_or(row, "os_type", "Linux"), base::string_or(row, "architecture", "x86"),
          number(row, "min_disk", 40)};
}

}  // namespace

base::Result<Inventory> Inventory::create(std::string_view flavors_json,
                                          std::string_view images_json) {
  Inventory inventory;
  base::Result<json::array> flavors = rows(flavors_json, "flavors");
  if (!flavors) return base::error_of(flavors);
  base::Result<json::array> images = rows(images_json, "images");
  if (!images) return base::error_of(images);
  for (const json::value& row : *flavors) {
    inventory.flavors_.push_back(flavor_of(row));
    const Flavor& flavor = inventory.flavors_.back();
    if (flavor.id.empty() || flavor.vcpus < 1 || flavor.ram < 1) {
      return base::fail(base::Code::Internal,
                        "data/ecs/flavors.json: bad row " + base::to_text(row));
    }
  }
  for (const json::value& row : *images) {
    inventory.images_.push_back(image_of(row));
    if (!is_uuid(inventory.images_.back().id)) {
      return base::fail(base::Code::Internal,
                        "data/ecs/images.json: bad row " + base::to_text(row));
    }
  }
  return inventory;
}

const Flavor* Inventory::find_flavor(std::string_view id) const {
  const auto found = std::ranges::find(flavors_, id, &Flavor::id);
  return found == flavors_.end() ? nullptr : &*found;
}

const Image* Inventory::find_image(std::string_view id) const {
  const auto found = std::ranges::find(images_, id, &Image::id);
  return found == images_.end() ? nullptr : &*found;
}

Network network_of_vpc(std::string_view project, std::string_view vpc) {
  const std::string name = std::string(project) + "/" + std::string(vpc);
  return {std::string(vpc), derived_uuid("network", name), derived_uuid("subnet", name),
          derived_uuid("security-group", project)};
}

Network default_network(std::string_view project) {
  return network_of_vpc(project, derived_uuid("vpc", project));
}

std::optional<std::uint32_t> parse_address(std::string_view text) {
  const std::vector<std::string_view> parts = base::split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  std::uint32_t address = 0;
  for (const std::string_view part : parts) {
    std::uint32_t byte = 256;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), byte);
    if (error != std::errc() || end != part.data() + part.size() || byte > 255) return std::nullopt;
    if (part.size() > 1 && part.front() == '0') return std::nullopt;
    address = address << 8 | byte;
  }
  if (address < kFirstAddress || address > kLastAddress) return std::nullopt;
  return address;
}

std::string format_address(std::uint32_t address) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    if (!text.empty()) text += '.';
    text += std::to_string(address >> shift & 0xFF);
  }
  return text;
}

std::string derived_uuid(std::string_view kind, std::string_view name) {
  std::string hex =
      crypto::hex_digest(crypto::Hash::Sha256, std::string(kind) + ":" + std::string(name));
  hex.resize(32);
  hex[12] = '5';  // version and variant of RFC 9562 name-based ids
  hex[16] = '8';
  for (const std::size_t at : {8, 13, 18, 23}) hex.insert(at, 1, '-');
  return hex;
}

std::string derived_mac(std::string_view name) {
  const std::string hex = crypto::hex_digest(crypto::Hash::Sha256, name);
  return "fa:16:3e:" + hex.substr(0, 2) + ":" + hex.substr(2, 2) + ":" + hex.substr(4, 2);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace jianmen::services::ecs
