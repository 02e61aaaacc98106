#pragma once
// The directory of the cloud: regions, services with their endpoints, operations, error texts,
// causes — tables made once at start from data/*.json, which is compiled into the binary. Immutable
// after create(); any thread may read.

#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "catalog/operation.hpp"
#include "identity/entities.hpp"

namespace jianmen::catalog {

namespace detail {
struct Tables;
}

enum class ServiceKind { Regional, Global, SingleHost };

struct Region {
  std::string id;  // cn-north-4
  std::string name_en, name_zh;
  std::vector<std::string>
      zones;  // cn-north-4a …; at least one, made from the id when none was seen
};

struct ServiceEntry {
  std::string name;  // the SDK's name: ecs
  ServiceKind kind = ServiceKind::Regional;
  std::string credential;  // BasicCredentials | GlobalCredentials | …
  std::string endpoint_env_key;
  std::vector<std::string> versions;
};

struct Endpoint {
  const ServiceEntry* service = nullptr;
  const Region* region = nullptr;  // nullptr: one host for all regions
  std::string host;
};

struct PathValue {
  std::string_view name;  // of the template's {placeholder}
  std::string value;      // percent-decoded
};

// What a request is for. `candidates` share method and path; select() picks one by the body.
struct Route {
  const ServiceEntry* service = nullptr;
  const Region* region = nullptr;  // from the host; nullptr for plain addresses and global hosts
  std::span<const Operation* const> candidates;
  std::vector<PathValue> values;

  std::string_view value(std::string_view name) const;  // empty when there is none
};

// Why nothing fits, for the explanation of a 404.
struct NoRoute {
  enum class Reason {
    UnknownHost,
    UnknownPath,
    Method,
    OtherService,
    EmptySegment,
    Placeholder,
    RegionIsZone,
    NotInRegion,
    Version
  };
  Reason reason = Reason::UnknownPath;
  // What may have been meant, best first, at most three: "GET /v1/{project_id}/cloudservers/detail
  // (ecs)"; for UnknownHost, RegionIsZone and NotInRegion host names.
  std::vector<std::string> nearest;
};

class Catalog {
 public:
  // Reads the compiled-in tables. An error names the file and the row that is wrong.
  static base::Result<std::unique_ptr<const Catalog>> create();
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  std::span<const Region> regions() const;
  std::span<const ServiceEntry> services() const;
  std::span<const Operation> operations() const;
  const Region* find_region(std::string_view id) const;
  const ServiceEntry* find_service(std::string_view name) const;
  // "ecs:ListServersDetails"; Operation::also counts: "iam:KeystoneCreateUserTokenByPassword".
  const Operation* find_operation(std::string_view id) const;
  std::vector<Endpoint> endpoints(std::string_view service,
                                  std::string_view region) const;  // "" = all

  // Host (with or without a port), method and raw path (no query) of a request. Services are found
  // by Host; for an IP address, localhost or a name outside the cloud's domains by method and path
  // alone, IAM first for /v3. Literal segments win over parameters; one slash at the end means
  // nothing; HEAD is GET where no row says HEAD. No allocation but for the values.
  std::expected<Route, NoRoute> route(std::string_view host, std::string_view method,
                                      std::string_view path) const;
  // Is `host` inside the cloud's domains (*.myhuaweicloud.com …)?
  bool is_cloud_host(std::string_view host) const;

  const std::vector<identity::Role>& system_roles() const;
  // The `$Name` schemas of a service's operations file.
  const base::json::object* find_schema(std::string_view service, std::string_view name) const;
  // data/errors.json and data/causes.json, parsed on first use.
  const base::json::array& error_catalogue() const;
  const base::json::array& causes() const;

 private:
  explicit Catalog(std::unique_ptr<detail::Tables> tables);
  std::unique_ptr<detail::Tables> tables_;
};

// The candidate that the body asks for: the only one, or the one whose dispatch fits. nullptr: none
// fits.
const Operation* select(const Route& route, const base::json::value* body);

}  // namespace jianmen::catalog
