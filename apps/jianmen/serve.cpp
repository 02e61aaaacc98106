#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <thread>

#include <unistd.h>

#include "base/json.hpp"
#include "commands.hpp"
#include "config.hpp"
#include "demo.hpp"
#include "fixture_file.hpp"
#include "http/server.hpp"
#include "machine.hpp"
#include "net/certificate_authority.hpp"
#include "server/admin_api.hpp"
#include "server/console/console.hpp"
#include "server/operations.hpp"
#include "server/paths.hpp"
#include "startup_memory.hpp"

namespace jianmen::app {

namespace {

namespace fs = std::filesystem;
using base::Code;
using base::error_of;
using base::fail;
using base::Result;

struct ServeOptions {
  std::string config, data, log_level;
  std::vector<std::string> listen, load;
  bool demo = false;
  unsigned workers = 0;
};

bool is_loopback(const http::ListenAddress& address) {
  return address.kind == http::ListenAddress::Kind::Unix || address.host == "localhost" ||
         address.host == "::1" || address.host.starts_with("127.");
}

Result<base::log::Level> parse_level(const std::string& text) {
  using base::log::Level;
  const std::array<std::pair<std::string_view, Level>, 5> levels{{{"debug", Level::Debug},
                                                                  {"info", Level::Info},
                                                                  {"warning", Level::Warning},
                                                                  {"error", Level::Error},
                                                                  {"off", Level::Off}}};
  for (const auto& [name, level] : levels) {
    if (name == text) return level;
  }
  return fail(Code::InvalidArgument,
              "--log-level is debug, info, warning, error or off, not " + text);
}

// The file's settings, then the command line over them.
Result<ServeConfig> configure(const ServeOptions& options, const Common& common) {
  ServeConfig config;
  if (!options.config.empty()) {
    auto loaded = load_config(options.config);
    if (!loaded) return error_of(loaded);
    config = std::move(*loaded);
  }
  if (!options.listen.empty()) config.listen = options.listen;
  if (config.listen.empty()) {
    if (options.demo) {
      config.listen = {"http://127.0.0.1:8080", "https://127.0.0.1:8443"};
    } else {
      config.listen = {"http://127.0.0.1:8080"};
    }
  }
  if (!options.data.empty()) config.installation.data = options.data;
  if (!common.socket.empty()) config.socket = common.socket;
  if (options.workers) config.installation.workers = options.workers;
  if (config.installation.workers == 0) {
    config.installation.workers = std::max(1U, std::thread::hardware_concurrency());
  }
  if (!options.log_level.empty()) {
    auto level = parse_level(options.log_level);
    if (!level) return error_of(level);
    config.log_level = *level;
  }
  config.installation.gateway.log_requests &= config.log_level <= base::log::Level::Info;
  if (!options.demo && config.installation.data.empty()) {
    return fail(Code::InvalidArgument,
                "a data directory is needed: --data DIR (then `jianmen admin init` makes the first "
                "account), "
                "or --demo for demo data in memory");
  }
  return config;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return file ? text.str() : std::string();
}

// Names that a certificate of our own must cover: this host, and every name of the catalogue by
// wildcard.
std::vector<std::string> certificate_names(const catalog::Catalog& catalog,
                                           const std::vector<http::ListenAddress>& addresses) {
  std::set<std::string> names{"localhost", "127.0.0.1", "::1"};
  for (const auto& address : addresses) {
    if (address.kind == http::ListenAddress::Kind::Https) names.insert(address.host);
  }
  for (const auto& endpoint : catalog.endpoints("", "")) {
    const auto dot = endpoint.host.find('.');
    if (dot != std::string::npos) names.insert("*" + endpoint.host.substr(dot));
  }
  names.erase("0.0.0.0");
  names.erase("::");
  return {names.begin(), names.end()};
}

struct Tls {
  std::shared_ptr<net::TlsServerContext> context;
  std::string ca_pem;  // of our own authority
  std::string ca_file;
};

Result<Tls> make_tls(const ServeConfig& config, Installation& installation,
                     const std::vector<http::ListenAddress>& addresses) {
  Tls tls;
  const bool wanted = std::ranges::any_of(addresses, [](const auto& address) {
    return address.kind == http::ListenAddress::Kind::Https;
  });
  if (!wanted) return tls;
  net::TlsIdentity identity;
  if (!config.tls_certificate.empty()) {
    identity = {read_file(config.tls_certificate), base::Secret(read_file(config.tls_key))};
    if (identity.certificate_chain_pem.empty() || identity.private_key_pem.empty()) {
      return fail(Code::InvalidArgument, "cannot read tls.certificate " +
                                             config.tls_certificate.string() + " or tls.key " +
                                             config.tls_key.string());
    }
  } else {
    fs::path home = config.installation.data;
    if (home.empty()) {
      auto state = state_directory();
      if (!state) return error_of(state);
      home = *state;
    }
    const auto now = base::MovableClock().now();
    auto authority = net::CertificateAuthority::open_or_create(home, now);
    if (!authority) return error_of(authority);
    auto issued = authority->issue(certificate_names(installation.catalog(), addresses), now);
    if (!issued) return error_of(issued);
    identity = std::move(*issued);
    tls.ca_pem = authority->certificate_pem();
    tls.ca_file = (home / "ca.pem").string();
  }
  auto context = net::TlsServerContext::create(identity, config.http.http2.enabled
                                                             ? net::HttpVersions::Http2AndHttp1
                                                             : net::HttpVersions::Http1);
  if (!context) return error_of(context);
  tls.context = std::move(*context);
  return tls;
}

// The demo's data first, then every file of --load; all of it again for `admin reset`.
Result<std::vector<base::json::value>> load_fixtures(const ServeOptions& options,
                                                     Installation& installation) {
  std::vector<base::json::value> fixtures;
  if (options.demo) fixtures.push_back(demo_fixture());
  for (const auto& file : options.load) {
    auto fixture = read_fixture_file(file);
    if (!fixture) return error_of(fixture);
    fixtures.push_back(std::move(*fixture));
  }
  for (std::size_t i = 0; i < fixtures.size(); ++i) {
    const bool is_demo = options.demo && i == 0;
    // A data directory that holds the demo already keeps what was done to it.
    if (is_demo && installation.directory().find_account_by_name("demo")) continue;
    if (auto loaded = installation.load(fixtures[i]); !loaded) {
      const std::string from = is_demo ? "demo" : options.load[i - (options.demo ? 1 : 0)];
      return fail(loaded.error().code, from + ": " + loaded.error().message);
    }
  }
  return fixtures;
}

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

// SIGHUP: certificates and configuration again; what is bad keeps the last good one.
void reload(const ServeOptions& options, const Common& common, Installation& installation,
            http::Server& server, const std::vector<http::ListenAddress>& addresses) {
  if (auto* log = installation.access_log()) log->reopen();  // whatever is in the file below
  auto config = configure(options, common);
  if (!config) {
    base::log::error("event=reload outcome=\"kept the last good configuration\" error=\"" +
                     config.error().message + "\"");
    return;
  }
  auto tls = make_tls(*config, installation, addresses);
  if (!tls) {
    base::log::error("event=reload outcome=\"kept the last good certificate\" error=\"" +
                     tls.error().message + "\"");
    return;
  }
  if (auto routes = installation.replace_upstreams(config->installation.upstream); !routes) {
    base::log::error("event=reload outcome=\"kept the last good routes\" error=\"" +
                     routes.error().message + "\"");
    return;
  }
  if (tls->context) server.replace_tls(tls->context);
  base::log::set_level(config->log_level);
  base::log::info("event=reload outcome=ok");
}

// What is answered whatever happens to the gateway: few connections, and descriptors of their own.
http::ServerSettings essential_settings() {
  http::ServerSettings settings;
  settings.max_connections = 256;
  settings.spare_descriptors = 16;
  settings.essential = true;
  return settings;
}

// A server of one worker on listeners of its own; nullptr without any.
Result<std::unique_ptr<http::Server>> serve_beside(const std::vector<std::string>& urls,
                                                   http::Server::MakeHandler make_handler) {
  if (urls.empty()) return std::unique_ptr<http::Server>();
  std::vector<http::ListenAddress> addresses;
  for (const auto& url : urls) {
    auto address = http::parse_listen_url(url);
    if (!address) return error_of(address);
    addresses.push_back(std::move(*address));
  }
  return http::Server::create(essential_settings(), std::move(addresses), nullptr, 1,
                              std::move(make_handler));
}

// SIGTERM or SIGINT came: others shall see it before anything is closed.
void announce_stop(Installation& installation, const ServeConfig& config) {
  installation.enter(Phase::Draining);
  base::log::info("event=stop");
  if (config.stop_delay == std::chrono::milliseconds(0)) return;
  sigset_t again;
  sigemptyset(&again);
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&again, signal);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(config.stop_delay);
  const timespec delay{.tv_sec = seconds.count(),
                       .tv_nsec = (config.stop_delay - seconds).count() * 1'000'000};
  ::sigtimedwait(&again, nullptr, &delay);
}

Result<> serve(const ServeOptions& options, const Common& common) {
  // Before any thread exists, so that only this one takes the signals.
  const sigset_t signals = handled_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto config = configure(options, common);
  if (!config) return error_of(config);
  base::log::set_level(config->log_level);

  std::vector<http::ListenAddress> addresses;
  for (const auto& url : config->listen) {
    auto address = http::parse_listen_url(url);
    if (!address) return error_of(address);
    if (options.demo && !is_loopback(*address)) {
      return fail(Code::InvalidArgument,
                  "--demo holds published credentials and listens on loopback only, not on " + url);
    }
    addresses.push_back(std::move(*address));
  }

  config->http.is_essential = gateway::is_probe;
  const auto lowered = fit(config->http, look_at_machine(), config->installation.workers,
                           !config->installation.upstream.routes.empty());
  if (!lowered.empty()) base::log::warning("event=limits " + lowered);

  auto installation = Installation::create(config->installation);
  if (!installation) return error_of(installation);
  auto fixtures = load_fixtures(options, **installation);
  if (!fixtures) return error_of(fixtures);
  auto tls = make_tls(*config, **installation, addresses);
  if (!tls) return error_of(tls);

  net::BlockingPool console_pool(1);
  Console console(**installation, console_pool);
  const auto make_handler = [&](unsigned worker) {
    auto handler = (*installation)->make_handler(worker);
    return options.demo ? console.in_front_of(std::move(handler)) : std::move(handler);
  };
  auto server = http::Server::create(config->http, addresses, tls->context,
                                     config->installation.workers, make_handler);
  if (!server) return error_of(server);
  auto console_server =
      serve_beside(config->console_listen, [&](unsigned) { return console.alone(); });
  if (!console_server) return error_of(console_server);
  const Operations operations(**installation, **server);
  auto operations_server =
      serve_beside(config->operations_listen, [&](unsigned) { return operations.alone(); });
  if (!operations_server) return error_of(operations_server);

  const fs::path socket = socket_path(config->socket.string());
  if (auto ready = prepare_socket_directory(socket); !ready) return error_of(ready);
  net::BlockingPool admin_pool(1);
  auto admin = http::Server::create(
      essential_settings(), {{http::ListenAddress::Kind::Unix, "", 0, socket.string()}}, nullptr, 1,
      [&](unsigned) {
        return make_admin_handler(
            **installation, admin_pool,
            AdminSettings{*fixtures, tls->ca_pem, (*server)->urls(), &operations});
      });
  if (!admin) return error_of(admin);

  (*admin)->start();
  (*server)->start();
  if (*console_server) (*console_server)->start();
  if (*operations_server) (*operations_server)->start();
  (*installation)->enter(Phase::Serving);
  const auto urls = (*server)->urls();
  for (const auto& url : urls) std::cout << "ready " << url << "\n";
  if (options.demo) std::cout << demo_text(demo_data(), urls, tls->ca_file);
  if (*console_server) {
    for (const auto& url : (*console_server)->urls())
      std::cout << "console " << url << "/jianmen/\n";
  }
  if (*operations_server) {
    for (const auto& url : (*operations_server)->urls())
      std::cout << "operations " << url << "/metrics\n";
  }
  std::cout << std::flush;
  release_startup_memory();

  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) break;
    reload(options, common, **installation, **server, addresses);
  }
  announce_stop(**installation, *config);
  (*server)->stop(config->stop_grace);
  if (*console_server) (*console_server)->stop(std::chrono::milliseconds(1'000));
  if (*operations_server) (*operations_server)->stop(std::chrono::milliseconds(1'000));
  (*admin)->stop(std::chrono::milliseconds(1'000));
  base::log::flush();
  return {};
}

}  // namespace

void add_serve(CLI::App& app, Common& common) {
  auto* command = app.add_subcommand("serve", "Run the front door");
  auto options = std::make_shared<ServeOptions>();
  command->add_option("--config", options->config,
                      "Configuration file (YAML; see docs/configuration.md)");
  command->add_option("--data", options->data,
                      "Data directory: everything lasts (without --demo it is needed)");
  command->add_option(
      "--listen", options->listen,
      "http://HOST:PORT or https://HOST:PORT, port 0 for any free one; may be repeated");
  command->add_option("--load", options->load, "Fixture file, YAML or JSON; may be repeated");
  command->add_flag(
      "--demo", options->demo,
      "Demo data with published credentials, loopback only; the console at /jianmen/");
  command->add_option("--workers", options->workers, "Event loops (default: one a core)");
  command->add_option("--log-level", options->log_level, "debug, info, warning, error or off");
  add_common_options(*command, common);
  command->footer(
      "Example: jianmen serve --demo\n         jianmen serve --data /var/lib/jianmen --listen "
      "https://0.0.0.0:443");
  command->callback([options, &common] {
    if (auto served = serve(*options, common); !served) {
      std::cerr << "jianmen serve: " << served.error().message << "\n";
      common.exit = served.error().code == Code::InvalidArgument ? Exit::Usage : Exit::Refused;
    }
  });
}

}  // namespace jianmen::app
