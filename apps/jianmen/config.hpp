#pragma once
// What `jianmen serve` runs with: complete and checked. From the configuration file (config.cpp is
// the only code that knows its keys), then the command line over it.

#include <filesystem>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "http/server_settings.hpp"
#include "server/installation.hpp"

namespace jianmen::app {

struct ServeConfig {
  std::vector<std::string> listen;                 // http://127.0.0.1:8080 …
  std::vector<std::string> console_listen;         // http://127.0.0.1:9090 …
  std::vector<std::string> operations_listen;      // http://127.0.0.1:9100 …
  std::filesystem::path socket;                    // empty: the default place
  std::filesystem::path tls_certificate, tls_key;  // both or none; none: our own authority
  base::log::Level log_level = base::log::Level::Info;
  std::chrono::milliseconds stop_delay{0};  // not ready, but still serving
  std::chrono::milliseconds stop_grace{30'000};
  http::ServerSettings http;
  InstallationSettings installation;  // data, workers (0: one a core), …
};

ServeConfig config_defaults();

// Every mistake of the file at once, one line each: file:line:column: what is wrong.
base::Result<ServeConfig> load_config(const std::filesystem::path& file);

}  // namespace jianmen::app
