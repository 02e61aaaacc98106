#include "config_upstreams.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "catalog/path_router.hpp"
#include "http/url.hpp"
#include "net/connect.hpp"

namespace jianmen::app {

namespace {

using upstream::Group;
using upstream::Route;
using upstream::Server;
using upstream::Settings;

constexpr std::size_t kMostServers = 64;
constexpr std::chrono::seconds kResolveWithin{5};
constexpr std::string_view kAnyMethod[] = {"GET",   "HEAD",   "POST",   "PUT",
                                           "PATCH", "DELETE", "OPTIONS"};

bool is_word(std::string_view text, std::string_view also) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           also.contains(c);
  });
}

// Printable ASCII without blanks.
bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

class UpstreamReader {
 public:
  explicit UpstreamReader(const TellMistake& mistake) : mistake_(mistake) {}

  Settings read(const YAML::Node& upstreams, const YAML::Node& routes) {
    if (upstreams && !upstreams.IsNull()) read_groups(upstreams);
    if (routes && !routes.IsNull()) read_routes(routes);
    return std::move(settings_);
  }

 private:
  using Read = std::function<void(const std::string& path, const YAML::Node& value)>;
  using Keys = std::map<std::string_view, Read>;

  void read_map(const YAML::Node& map, const std::string& path, const Keys& keys) {
    if (!map.IsMap()) return mistake_(map.Mark(), quoted(path) + "holds keys of its own");
    std::set<std::string> seen;
    for (const auto& member : map) {
      const YAML::Node name = member.first, value = member.second;
      if (!name.IsScalar()) {
        mistake_(name.Mark(), "a key is a word");
        continue;
      }
      const std::string below = path + "." + name.Scalar();
      const auto key = keys.find(name.Scalar());
      if (key == keys.end()) {
        mistake_(name.Mark(), "unknown key \"" + below + "\"");
      } else if (!seen.insert(name.Scalar()).second) {
        mistake_(name.Mark(), "key \"" + below + "\" is given twice");
      } else {
        key->second(below, value);
      }
    }
  }

  static std::string quoted(const std::string& path) { return "\"" + path + "\" "; }

  // --- single values -----------------------------------------------------------------------------

  Read text(std::string& to) {
    return [this, &to](const std::string& path, const YAML::Node& value) {
      if (!value.IsScalar() || value.Scalar().empty()) {
        return mistake_(value.Mark(), quoted(path) + "is text");
      }
      to = value.Scalar();
    };
  }

  Read flag(bool& to) {
    return [this, &to](const std::string& path, const YAML::Node& value) {
      const std::string given = value.IsScalar() ? value.Scalar() : "";
      if (given != "true" && given != "false") {
        return mistake_(value.Mark(), quoted(path) + "is true or false");
      }
      to = given == "true";
    };
  }

  Read duration(std::chrono::milliseconds& to) {
    return [this, &to](const std::string& path, const YAML::Node& value) {
      const auto given = value.IsScalar() ? base::parse_duration(value.Scalar()) : std::nullopt;
      if (!given || *given <= base::Duration::zero()) {
        return mistake_(value.Mark(), quoted(path) + "is a duration such as 250ms, 30s or 15m");
      }
      to = std::max(std::chrono::duration_cast<std::chrono::milliseconds>(*given),
                    std::chrono::milliseconds(1));
    };
  }

  template <class T>
  Read number(T& to, T most) {
    return [this, &to, most](const std::string& path, const YAML::Node& value) {
      const std::string given = value.IsScalar() ? value.Scalar() : "";
      T parsed = 0;
      const auto [end, trouble] =
          std::from_chars(given.data(), given.data() + given.size(), parsed);
      const bool whole = trouble == std::errc() && end == given.data() + given.size();
      if (!whole || parsed < 1 || parsed > most) {
        return mistake_(value.Mark(),
                        quoted(path) + "is a number from 1 to " + std::to_string(most));
      }
      to = parsed;
    };
  }

  // --- upstreams ---------------------------------------------------------------------------------

  struct TlsFiles {
    std::string ca, certificate, key, name;
    YAML::Mark mark;
    bool given = false;
  };

  void read_groups(const YAML::Node& map) {
    if (!map.IsMap()) return mistake_(map.Mark(), "\"upstreams\" holds keys of its own");
    for (const auto& member : map) {
      const YAML::Node name = member.first;
      if (!name.IsScalar() || !is_word(name.Scalar(), "-_.")) {
        mistake_(name.Mark(), "an upstream's name is of letters, digits, - _ and .");
        continue;
      }
      if (group_of_.contains(name.Scalar())) {
        mistake_(name.Mark(), "key \"upstreams." + name.Scalar() + "\" is given twice");
        continue;
      }
      group_of_.emplace(name.Scalar(), settings_.groups.size());
      read_group(name.Scalar(), member.second);
    }
  }

  void read_group(const std::string& name, const YAML::Node& node) {
    Group group;
    group.name = name;
    TlsFiles tls;
    const std::string path = "upstreams." + name;
    read_map(
        node, path,
        {{"servers", [&](const auto& at, const auto& value) { read_servers(at, value, group); }},
         {"host", [&](const auto& at, const auto& value) { read_host(at, value, group); }},
         {"tls",
          [&](const auto& at, const auto& value) {
            tls.given = true;
            tls.mark = value.Mark();
            read_map(value, at,
                     {{"ca", text(tls.ca)},
                      {"certificate", text(tls.certificate)},
                      {"key", text(tls.key)},
                      {"name", text(tls.name)}});
          }},
         {"timeouts",
          [&](const auto& at, const auto& value) {
            read_map(value, at,
                     {{"connect", duration(group.timeouts.connect)},
                      {"first_byte", duration(group.timeouts.first_byte)},
                      {"idle", duration(group.timeouts.idle)},
                      {"total", duration(group.timeouts.total)}});
          }},
         {"health",
          [&](const auto& at, const auto& value) {
            read_map(value, at,
                     {{"path", text(group.health.path)},
                      {"interval", duration(group.health.interval)},
                      {"timeout", duration(group.health.timeout)},
                      {"failures", number(group.health.failures, 1'000U)},
                      {"successes", number(group.health.successes, 1'000U)}});
            const std::string& check = group.health.path;
            if (!check.starts_with('/') || !is_visible(check) || check.contains('#')) {
              mistake_(value.Mark(), quoted(at + ".path") + "is a path such as /healthz");
            }
          }},
         {"failures_to_eject", number(group.failures_to_eject, 1'000'000U)},
         {"eject_time", duration(group.eject_time)},
         {"connections", number(group.connections, std::size_t{1'000'000})},
         {"keep_alive", duration(group.keep_alive)}});
    if (node.IsMap() && !node["servers"]) {
      mistake_(node.Mark(), quoted(path + ".servers") + "is missing");
    }
    finish_tls(path, tls, group);
    settings_.groups.push_back(std::move(group));
  }

  void read_host(const std::string& path, const YAML::Node& value, Group& group) {
    text(group.host)(path, value);
    if (!is_word(group.host, "-._:[]")) {
      mistake_(value.Mark(), quoted(path) + "is a host, with or without a port");
    }
  }

  void read_servers(const std::string& path, const YAML::Node& value, Group& group) {
    const std::string wanted = quoted(path) + "is a list of http://HOST:PORT or https://HOST:PORT";
    if (!value.IsSequence() || value.size() == 0) return mistake_(value.Mark(), wanted);
    if (value.size() > kMostServers) {
      return mistake_(value.Mark(), quoted(path) + "holds 64 servers at most");
    }
    for (const auto& item : value) {
      const auto url =
          item.IsScalar()
              ? http::parse_url(item.Scalar())
              : base::Result<http::Url>(base::fail(base::Code::InvalidArgument, "no text"));
      if (!url || url->target != "/" || item.Scalar().ends_with('/') ||
          item.Scalar().contains('@') || item.Scalar().contains('#')) {
        mistake_(item.Mark(), wanted);
        continue;
      }
      Server server{.text = item.Scalar(),
                    .secure = url->secure,
                    .authority = url->authority,
                    .tls_name = url->host,
                    .address = {}};
      const bool twice =
          std::ranges::find(group.servers, server.text, &Server::text) != group.servers.end();
      if (twice) {
        mistake_(item.Mark(), quoted(path) + "names " + server.text + " twice");
        continue;
      }
      auto address = net::Address::numeric(url->host, url->port);
      if (!address) {
        auto found = net::resolve_within(url->host, url->port, kResolveWithin);
        if (!found) {
          mistake_(item.Mark(),
                   quoted(path) + "names a server that is not found: " + found.error().message);
          continue;
        }
        address = found->front();
      }
      server.address = *address;
      group.servers.push_back(std::move(server));
    }
  }

  std::string read_file(const TlsFiles& tls, const std::string& path, const std::string& file) {
    if (file.empty()) return {};
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream content;
    content << stream.rdbuf();
    if (!stream || content.str().empty()) {
      mistake_(tls.mark, quoted(path) + "cannot be read: " + file);
    }
    return content.str();
  }

  void finish_tls(const std::string& path, const TlsFiles& tls, Group& group) {
    const bool secure = std::ranges::any_of(group.servers, &Server::secure);
    if (tls.given && !secure && !group.servers.empty()) {
      return mistake_(tls.mark, quoted(path + ".tls") + "is for servers of https://");
    }
    if (!secure) return;
    if (tls.certificate.empty() != tls.key.empty()) {
      return mistake_(tls.mark, quoted(path + ".tls.certificate") + "and \"" + path +
                                    ".tls.key\" belong together");
    }
    net::TlsClientSettings settings;
    settings.ca_pem = read_file(tls, path + ".tls.ca", tls.ca);
    // A private authority stands for itself: then no public one may speak for the upstream.
    settings.system_authorities = tls.ca.empty();
    if (!tls.key.empty()) {
      settings.identity =
          net::TlsIdentity{read_file(tls, path + ".tls.certificate", tls.certificate),
                           base::Secret(read_file(tls, path + ".tls.key", tls.key))};
    }
    if (!tls.name.empty()) {
      for (Server& server : group.servers) server.tls_name = tls.name;
    }
    auto context = net::TlsClientContext::create(settings);
    if (!context) {
      return mistake_(tls.mark,
                      quoted(path + ".tls") + "is not usable: " + context.error().message);
    }
    group.tls = std::move(*context);
  }

  // --- routes ------------------------------------------------------------------------------------

  void read_routes(const YAML::Node& list) {
    if (!list.IsSequence()) return mistake_(list.Mark(), "\"routes\" is a list");
    std::size_t number = 0;
    for (const auto& item : list) {
      read_route("routes[" + std::to_string(number++) + "]", item);
    }
  }

  void read_methods(const std::string& path, const YAML::Node& value,
                    std::vector<std::string>& methods) {
    std::vector<std::string> given;
    if (value.IsScalar()) given.push_back(value.Scalar());
    if (value.IsSequence()) {
      for (const auto& item : value) given.push_back(item.IsScalar() ? item.Scalar() : "");
    }
    if (given == std::vector<std::string>{"ANY"})
      given.assign(std::begin(kAnyMethod), std::end(kAnyMethod));
    for (auto& method : given) {
      const bool known = std::ranges::find(kAnyMethod, method) != std::end(kAnyMethod);
      const bool twice = std::ranges::find(methods, method) != methods.end();
      if (!known || twice) {
        return mistake_(value.Mark(), quoted(path) +
                                          "is GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, a "
                                          "list of these, or ANY, not \"" +
                                          method + "\"");
      }
      methods.push_back(std::move(method));
    }
    if (methods.empty()) mistake_(value.Mark(), quoted(path) + "is a method or a list of methods");
  }

  void read_route(const std::string& at, const YAML::Node& node) {
    Route route;
    std::vector<std::string> methods;
    std::string scope = "none", upstream, operation;
    bool authenticate = true;
    catalog::Operation& row = route.operation;
    read_map(node, at,
             {{"host", text(route.host)},
              {"method",
               [&](const auto& path, const auto& value) { read_methods(path, value, methods); }},
              {"path", text(row.path)},
              {"service", text(row.service)},
              {"operation", text(operation)},
              {"authorize", text(row.action)},
              {"scope", text(scope)},
              {"upstream", text(upstream)},
              {"authenticate", flag(authenticate)}});
    if (!node.IsMap()) return;
    const auto wrong = [&](const char* key, const std::string& what) {
      const YAML::Node value = node[key];
      mistake_(value ? value.Mark() : node.Mark(), quoted(at + "." + key) + what);
    };
    for (const char* key : {"method", "path", "service", "upstream"}) {
      if (!node[key]) wrong(key, "is missing");
    }
    if (!upstream.empty() && !group_of_.contains(upstream)) {
      wrong("upstream", "is not among \"upstreams\": \"" + upstream + "\"");
    }
    if (!row.service.empty() && !is_word(row.service, "-_")) {
      wrong("service", "is a word of letters, digits, - and _");
    }
    if (!operation.empty() && !is_word(operation, "-_.")) {
      wrong("operation", "is a word of letters, digits, - _ and .");
    }
    read_host_of_route(route, wrong);
    read_scope(scope, row, wrong);
    route.authorize = !row.action.empty();
    if (route.authorize && !authenticate) {
      wrong("authenticate", "is true where \"authorize\" asks who may");
    }
    if (route.authorize &&
        (std::ranges::count(row.action, ':') < 1 || !is_word(row.action, ":-_."))) {
      wrong("authorize", "is an action such as orders:order:list");
    }
    row.caller = !authenticate     ? catalog::Caller::Anyone
                 : route.authorize ? catalog::Caller::Action
                                   : catalog::Caller::AnyIdentity;
    if (!row.path.empty()) add_routes(std::move(route), methods, upstream, operation, wrong);
  }

  template <class Wrong>
  void read_host_of_route(Route& route, const Wrong& wrong) {
    std::ranges::transform(route.host, route.host.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const std::string_view name =
        route.host.starts_with("*.") ? std::string_view(route.host).substr(2) : route.host;
    const bool address = name.starts_with('[') && name.ends_with(']');
    if (!route.host.empty() && !is_word(name, address ? ":[]" : "-.")) {
      wrong("host", "is a host name without a port, or *.DOMAIN");
    }
  }

  template <class Wrong>
  void read_scope(const std::string& scope, catalog::Operation& row, const Wrong& wrong) {
    using catalog::OperationScope;
    if (scope == "project") {
      row.scope = OperationScope::Project;
    } else if (scope == "domain") {
      row.scope = OperationScope::Domain;
    } else if (scope != "none") {
      wrong("scope", "is project, domain or none, not \"" + scope + "\"");
    }
  }

  template <class Wrong>
  void add_routes(Route route, const std::vector<std::string>& methods, const std::string& upstream,
                  const std::string& operation, const Wrong& wrong) {
    catalog::Operation& row = route.operation;
    if (!is_visible(row.path) || row.path.find_first_of("?#%\\;") != std::string::npos) {
      return wrong("path", "is a path such as /v1/{project_id}/orders or /files/**");
    }
    if (const auto group = group_of_.find(upstream); group != group_of_.end()) {
      route.group = group->second;
    }
    for (const auto& method : methods) {
      Route one = route;
      one.operation.method = method;
      one.operation.name = operation.empty() ? method + " " + row.path : operation;
      one.operation.id = row.service + ":" + one.operation.name;
      one.operation.family = "gateway";
      // The operation that the router points to must stay: rows_ keeps it.
      const auto& kept = *rows_.emplace_back(std::make_unique<catalog::Operation>(one.operation));
      if (auto added = routers_[route.host].add(kept); !added) {
        return wrong("path", "is not usable: " + added.error().message);
      }
      settings_.routes.push_back(std::move(one));
    }
  }

  const TellMistake& mistake_;
  Settings settings_;
  std::map<std::string, std::size_t> group_of_;
  std::vector<std::unique_ptr<catalog::Operation>> rows_;
  std::map<std::string, catalog::PathRouter> routers_;  // by host, to find what cannot be routed
};

}  // namespace

upstream::Settings read_upstreams(const YAML::Node& upstreams, const YAML::Node& routes,
                                  const TellMistake& mistake) {
  return UpstreamReader(mistake).read(upstreams, routes);
}

}  // namespace jianmen::app
