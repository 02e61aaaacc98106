#include "config_keys.hpp"

#include <algorithm>
#include <charconv>
#include <type_traits>

#include "base/time_text.hpp"
#include "http/server.hpp"
#include "net/socket.hpp"
#include "server/console/guard.hpp"
#include "throttle/limit.hpp"

namespace jianmen::app {

namespace {

using Fault = std::optional<std::string>;
using Level = base::log::Level;

constexpr std::pair<std::string_view, Level> kLevels[] = {{"debug", Level::Debug},
                                                          {"info", Level::Info},
                                                          {"warning", Level::Warning},
                                                          {"error", Level::Error},
                                                          {"off", Level::Off}};

// One read, show and type name a C++ type.
template <class T>
constexpr bool kIsDuration = false;
template <class Rep, class Period>
constexpr bool kIsDuration<std::chrono::duration<Rep, Period>> = true;

template <class T>
std::string_view type_name() {
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_same_v<T, Level>) return "level";
  if constexpr (std::is_same_v<T, throttle::Limit>) return "limit";
  if constexpr (kIsDuration<T>) return "duration";
  if constexpr (std::is_integral_v<T>) return "number";
  if constexpr (std::is_same_v<T, std::filesystem::path>) return "path";
  return "text";
}

template <class T>
Fault read(const std::string& text, T& out) {
  if constexpr (std::is_same_v<T, bool>) {
    if (text != "true" && text != "false") return "is true or false, not \"" + text + "\"";
    out = text == "true";
  } else if constexpr (std::is_same_v<T, Level>) {
    for (const auto& [name, level] : kLevels) {
      if (name != text) continue;
      out = level;
      return std::nullopt;
    }
    return "is debug, info, warning, error or off, not \"" + text + "\"";
  } else if constexpr (std::is_same_v<T, throttle::Limit>) {
    const auto limit = throttle::parse_limit(text);
    if (!limit) return "is a limit such as 200/5m or 10/1s, or off, not \"" + text + "\"";
    out = *limit;
  } else if constexpr (kIsDuration<T>) {
    const auto duration = base::parse_duration(text);
    if (!duration || *duration < base::Duration::zero()) {
      return "is a duration such as 30s, 15m or 24h, not \"" + text + "\"";
    }
    out = std::chrono::duration_cast<T>(*duration);
  } else if constexpr (std::is_integral_v<T>) {
    const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (trouble != std::errc() || end != text.data() + text.size()) {
      return "is a whole number, not \"" + text + "\"";
    }
  } else {
    if (text.empty()) return "is empty";
    out = text;
  }
  return std::nullopt;
}

std::string show_duration(base::Duration value) {
  constexpr std::pair<std::int64_t, std::string_view> kUnits[] = {
      {3'600'000'000, "h"}, {60'000'000, "m"}, {1'000'000, "s"}, {1'000, "ms"}};
  for (const auto& [unit, name] : kUnits) {
    if (value.count() != 0 && value.count() % unit == 0) {
      return std::to_string(value.count() / unit) + std::string(name);
    }
  }
  return std::to_string(value.count() / 1'000) + "ms";
}

template <class T>
std::string show(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, Level>) {
    return std::string(kLevels[static_cast<std::size_t>(value)].first);
  } else if constexpr (std::is_same_v<T, throttle::Limit>) {
    return throttle::to_text(value);
  } else if constexpr (kIsDuration<T>) {
    return show_duration(std::chrono::duration_cast<base::Duration>(value));
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    return value.string();
  } else {
    return value;
  }
}

// A key over one field; `at` gives the field of a ServeConfig.
template <class At>
ConfigKey field(std::string_view path, At at, std::string_view doc) {
  using T = std::remove_cvref_t<std::invoke_result_t<At, ServeConfig&>>;
  return {.path = path,
          .type = type_name<T>(),
          .doc = doc,
          .set =
              [at](ServeConfig& config, const std::vector<std::string>& values) {
                return read<T>(values.front(), at(config));
              },
          .show =
              [at](const ServeConfig& config) {
                return show<T>(at(const_cast<ServeConfig&>(config)));
              }};
}

// A number with bounds that the program needs.
template <class At>
ConfigKey bounded(std::string_view path, At at, std::uint64_t least, std::uint64_t most,
                  std::string_view doc) {
  ConfigKey key = field(path, at, doc);
  key.set = [at, least, most](ServeConfig& config, const std::vector<std::string>& values) {
    auto value = at(config);
    if (auto fault = read(values.front(), value)) return fault;
    if (value < least || value > most) {
      return Fault("is from " + std::to_string(least) + " to " + std::to_string(most) + ", not " +
                   values.front());
    }
    at(config) = value;
    return Fault();
  };
  return key;
}

ConfigKey listen_key() {
  return {.path = "listen",
          .type = "list of URLs",
          .doc =
              "Where to listen: http://HOST:PORT or https://HOST:PORT; port 0 takes any free "
              "one. Without it http://127.0.0.1:8080; with --demo https://127.0.0.1:8443 too.",
          .list = true,
          .set =
              [](ServeConfig& config, const std::vector<std::string>& values) {
                for (const auto& url : values) {
                  if (auto parsed = http::parse_listen_url(url); !parsed) {
                    return Fault(parsed.error().message);
                  }
                }
                config.listen = values;
                return Fault();
              },
          .show = [](const ServeConfig&) { return std::string(); }};
}

// Nobody logs in there: it is for this machine alone, and then TLS adds nothing.
Fault check_local_url(const std::string& url) {
  const auto address = http::parse_listen_url(url);
  if (!address) return address.error().message;
  if (address->kind != http::ListenAddress::Kind::Http || !console::is_loopback(address->host)) {
    return "is http://127.0.0.1:PORT: it has no login and is for this machine alone (from another "
           "one: ssh -L), not \"" +
           url + "\"";
  }
  return std::nullopt;
}

// A list of such URLs; `at` gives the field of a ServeConfig.
template <class At>
ConfigKey local_urls(std::string_view path, At at, std::string_view doc) {
  return {.path = path,
          .type = "list of URLs",
          .doc = doc,
          .list = true,
          .set =
              [at](ServeConfig& config, const std::vector<std::string>& values) {
                for (const auto& url : values) {
                  if (auto fault = check_local_url(url)) return fault;
                }
                at(config) = values;
                return Fault();
              },
          .show = [](const ServeConfig&) { return std::string(); }};
}

// "ecs:CreateServers 10/1m"
ConfigKey operations_key() {
  return {.path = "throttle.operations",
          .type = "list of texts",
          .doc =
              "Operations with a limit of their own instead of `throttle.operation`, each written "
              "`ecs:CreateServers 10/1m` or `ecs:ListServersDetails off`.",
          .list = true,
          .set =
              [](ServeConfig& config, const std::vector<std::string>& values) {
                auto& operations = config.installation.throttle.operations;
                operations.clear();
                for (const auto& text : values) {
                  const auto blank = std::min(text.find(' '), text.size());
                  const auto limit = throttle::parse_limit(
                      std::string_view(text).substr(std::min(blank + 1, text.size())));
                  if (!limit || blank == 0) {
                    return Fault(
                        "is an operation and its limit, such as \"ecs:CreateServers "
                        "10/1m\", not \"" +
                        text + "\"");
                  }
                  operations.emplace_back(text.substr(0, blank), *limit);
                }
                return Fault();
              },
          .show = [](const ServeConfig&) { return std::string(); }};
}

ConfigKey exempt_key() {
  return {.path = "throttle.exempt",
          .type = "list of texts",
          .doc =
              "Source addresses that are nobody's own and that `throttle.source` and "
              "`authn.source_failures` leave alone: those of load balancers; `loopback` for this "
              "machine (and Unix sockets); `none`.",
          .list = true,
          .set =
              [](ServeConfig& config, const std::vector<std::string>& values) {
                auto& exempt = config.installation.throttle.exempt;
                exempt.clear();
                for (const auto& text : values) {
                  if (text == "none" && values.size() == 1) break;
                  if (text != "loopback" && !net::Address::numeric(text, 0)) {
                    return Fault("is a list of addresses, loopback or none, not \"" + text + "\"");
                  }
                  exempt.push_back(text);
                }
                return Fault();
              },
          .show =
              [](const ServeConfig& config) {
                std::string all;
                for (const auto& text : config.installation.throttle.exempt) {
                  all += (all.empty() ? "" : ", ") + text;
                }
                return all;
              }};
}

ConfigKey log_format_key() {
  using gateway::LogFormat;
  return {.path = "log.access_format",
          .type = "text",
          .doc = "json or key_value.",
          .set =
              [](ServeConfig& config, const std::vector<std::string>& values) {
                const auto& text = values.front();
                if (text != "json" && text != "key_value") {
                  return Fault("is json or key_value, not \"" + text + "\"");
                }
                config.installation.access_log_format =
                    text == "json" ? LogFormat::Json : LogFormat::KeyValue;
                return Fault();
              },
          .show =
              [](const ServeConfig& config) {
                return std::string(config.installation.access_log_format == LogFormat::Json
                                       ? "json"
                                       : "key_value");
              }};
}

std::vector<ConfigKey> make_keys() {
  constexpr std::uint64_t kMebi = 1024 * 1024;
  constexpr std::uint64_t kMaxWindow = 0x7fff'ffff;  // RFC 9113 section 6.9.1
  return {
      listen_key(),
      field(
          "data", [](ServeConfig& config) -> auto& { return config.installation.data; },
          "Data directory: accounts, keys, servers and the certificate authority live there."),
      local_urls(
          "console.listen", [](ServeConfig& config) -> auto& { return config.console_listen; },
          "Where the console (a page to look at requests) listens: http://127.0.0.1:PORT, "
          "loopback only, since whoever reaches it sees every account's requests. Without it "
          "there is none; --demo shows it at /jianmen/ of its own listeners."),
      local_urls(
          "operations.listen",
          [](ServeConfig& config) -> auto& { return config.operations_listen; },
          "Where `/metrics`, `/healthz` and `/readyz` are answered beside the administration "
          "socket: http://127.0.0.1:PORT, loopback only. See [operations.md](operations.md)."),
      bounded(
          "workers", [](ServeConfig& config) -> auto& { return config.installation.workers; }, 0,
          256, "Event loops, each with its own thread; 0: one a core."),
      field(
          "socket", [](ServeConfig& config) -> auto& { return config.socket; },
          "Administration socket. Without it $JIANMEN_SOCKET, $XDG_RUNTIME_DIR/jianmen.sock or "
          "/tmp/jianmen-UID/jianmen.sock."),
      field(
          "stop_delay", [](ServeConfig& config) -> auto& { return config.stop_delay; },
          "How long after SIGTERM `/readyz` says no while requests are still taken, so that a load "
          "balancer sees it; a second signal ends it."),
      field(
          "stop_grace", [](ServeConfig& config) -> auto& { return config.stop_grace; },
          "How long running requests may take after SIGTERM."),
      field(
          "tls.certificate", [](ServeConfig& config) -> auto& { return config.tls_certificate; },
          "PEM chain for https listeners, with tls.key. Without both, Jianmen issues one from "
          "its own authority."),
      field(
          "tls.key", [](ServeConfig& config) -> auto& { return config.tls_key; },
          "Private key of tls.certificate, PEM."),
      field(
          "log.level", [](ServeConfig& config) -> auto& { return config.log_level; },
          "debug, info, warning, error or off."),
      field(
          "log.requests",
          [](ServeConfig& config) -> auto& { return config.installation.gateway.log_requests; },
          "One line a finished request (level info)."),
      field(
          "log.access_file",
          [](ServeConfig& config) -> auto& { return config.installation.access_log; },
          "File that gets a line for every finished request, whatever log.level says; SIGHUP opens "
          "it anew. Without it there is none."),
      log_format_key(),
      bounded(
          "limits.request_line",
          [](ServeConfig& config) -> auto& { return config.http.limits.request_line; }, 256, kMebi,
          "Bytes of a request line; longer is 414."),
      bounded(
          "limits.head", [](ServeConfig& config) -> auto& { return config.http.limits.head; }, 1024,
          16 * kMebi, "Bytes of the request line and all headers; more is 431."),
      bounded(
          "limits.header_value",
          [](ServeConfig& config) -> auto& { return config.http.limits.header_value; }, 256,
          16 * kMebi, "Bytes of one header's value."),
      bounded(
          "limits.headers", [](ServeConfig& config) -> auto& { return config.http.limits.headers; },
          8, http::kMaxHeaders, "How many headers a request may have."),
      bounded(
          "limits.body", [](ServeConfig& config) -> auto& { return config.http.limits.body; }, 1024,
          1024 * kMebi, "Bytes of a request body; more is 413."),
      bounded(
          "limits.upstream_body",
          [](ServeConfig& config) -> auto& { return config.http.limits.streamed_body; }, 0,
          kMebi* kMebi,
          "Bytes of a request body that goes on to an upstream, when that is more than "
          "limits.body; more is 413."),
      bounded(
          "limits.spooled_bodies",
          [](ServeConfig& config) -> auto& { return config.installation.gateway.spooled_bodies; },
          0, kMebi* kMebi,
          "Bytes of bodies for upstreams that one worker has in files at a time, while their "
          "hash is verified; more is 503."),
      bounded(
          "limits.connections",
          [](ServeConfig& config) -> auto& { return config.http.max_connections; }, 1, 1'000'000,
          "Open connections at once; who comes on top is told 503. At most what open files and "
          "memory allow."),
      bounded(
          "limits.buffered", [](ServeConfig& config) -> auto& { return config.http.max_buffered; },
          kMebi, 1024 * 1024 * kMebi,
          "Bytes of heads and bodies that one worker holds at a time; who would need more is told "
          "503."),
      bounded(
          "limits.min_rate", [](ServeConfig& config) -> auto& { return config.http.min_rate; }, 0,
          kMebi, "Bytes a second that a body must come and an answer must go, on average."),
      field(
          "http2.enabled", [](ServeConfig& config) -> auto& { return config.http.http2.enabled; },
          "HTTP/2 beside HTTP/1.1: by ALPN on https, by prior knowledge on http."),
      bounded(
          "http2.streams", [](ServeConfig& config) -> auto& { return config.http.http2.streams; },
          1, 10'000, "Requests of one HTTP/2 connection at once."),
      bounded(
          "http2.stream_window",
          [](ServeConfig& config) -> auto& { return config.http.http2.stream_window; }, 65'535,
          kMaxWindow, "Bytes of one HTTP/2 request body that may be on their way."),
      bounded(
          "http2.connection_window",
          [](ServeConfig& config) -> auto& { return config.http.http2.connection_window; }, 65'535,
          kMaxWindow, "The same for all bodies of an HTTP/2 connection together."),
      bounded(
          "http2.buffered_bodies",
          [](ServeConfig& config) -> auto& { return config.http.http2.buffered_bodies; }, 1, 10'000,
          "How many bodies of the largest size one HTTP/2 connection may have in memory; more "
          "is 503."),
      bounded(
          "http2.resets", [](ServeConfig& config) -> auto& { return config.http.http2.resets; }, 1,
          1'000'000, "Streams in a row that a client may reset before its connection ends."),
      bounded(
          "http2.resets_per_second",
          [](ServeConfig& config) -> auto& { return config.http.http2.resets_per_second; }, 1,
          1'000'000, "How fast that allowance comes back."),
      bounded(
          "http2.control_frames",
          [](ServeConfig& config) -> auto& { return config.http.http2.control_frames; }, 100,
          10'000'000,
          "PING, SETTINGS, WINDOW_UPDATE and tiny DATA frames in a row before the connection "
          "ends; every request allows 20 more."),
      bounded(
          "http2.control_frames_per_second",
          [](ServeConfig& config) -> auto& { return config.http.http2.control_frames_per_second; },
          1, 10'000'000, "How fast that allowance comes back."),
      field(
          "timeouts.handshake",
          [](ServeConfig& config) -> auto& { return config.http.handshake_timeout; },
          "For a TLS handshake."),
      field(
          "timeouts.head", [](ServeConfig& config) -> auto& { return config.http.head_timeout; },
          "From the first byte of a request to the end of its headers."),
      field(
          "timeouts.keep_alive",
          [](ServeConfig& config) -> auto& { return config.http.keep_alive_timeout; },
          "Between an answer and the next request of a connection."),
      field(
          "timeouts.body_idle",
          [](ServeConfig& config) -> auto& { return config.http.body_idle_timeout; },
          "Without any byte of a body."),
      field(
          "timeouts.write_stall",
          [](ServeConfig& config) -> auto& { return config.http.write_stall_timeout; },
          "Without any progress of an answer."),
      field(
          "timeouts.linger",
          [](ServeConfig& config) -> auto& { return config.http.linger_timeout; },
          "For the other side to read a refusal before the connection closes."),
      field(
          "authn.clock_window",
          [](ServeConfig& config) -> auto& {
            return config.installation.authn.signature.clock_window;
          },
          "How far X-Sdk-Date may be from the server's clock, either way."),
      bounded(
          "authn.failures_to_lock",
          [](ServeConfig& config) -> auto& { return config.installation.authn.failures_to_lock; },
          1, 1'000'000, "More wrong signatures of an access key in a row than this lock it."),
      field(
          "authn.lock_time",
          [](ServeConfig& config) -> auto& { return config.installation.authn.lock_time; },
          "For how long."),
      field(
          "authn.source_failures",
          [](ServeConfig& config) -> auto& { return config.installation.throttle.source_failures; },
          "How often a source address may fail to prove who it is (a wrong signature, an unknown "
          "key, a damaged token, a wrong password) before its requests are 429, unseen. Not for "
          "`throttle.exempt`."),
      field(
          "authn.token_life",
          [](ServeConfig& config) -> auto& { return config.installation.authn.token_life; },
          "Life of a token."),
      field(
          "authn.tolerant_signatures",
          [](ServeConfig& config) -> auto& { return config.installation.authn.signature.tolerant; },
          "Accept the differing canonical forms of the official SDKs too, not the strict one "
          "alone."),
      bounded(
          "iam.login_failures_to_lock",
          [](ServeConfig& config) -> auto& {
            return config.installation.iam.login_failures_to_lock;
          },
          1, 1'000'000, "Wrong passwords of a user in a row that lock the user."),
      field(
          "iam.login_lock_time",
          [](ServeConfig& config) -> auto& { return config.installation.iam.login_lock_time; },
          "For how long."),
      field(
          "ecs.job_time",
          [](ServeConfig& config) -> auto& { return config.installation.ecs.job_time; },
          "How long a job takes: create, delete, start, stop, reboot."),
      bounded(
          "ecs.server_quota",
          [](ServeConfig& config) -> auto& { return config.installation.ecs.server_quota; }, 1,
          1'000'000, "Servers of a project."),
      bounded(
          "tms.predefined_tag_quota",
          [](ServeConfig& config) -> auto& { return config.installation.tms.predefined_tag_quota; },
          1, 1'000'000, "Predefined tags of an account."),
      field(
          "throttle.source",
          [](ServeConfig& config) -> auto& { return config.installation.throttle.source; },
          "Requests of a source address (IPv6: of its first 64 bits); more is 429 `APIGW.0308`. "
          "See [operations.md](operations.md)."),
      field(
          "throttle.access_key",
          [](ServeConfig& config) -> auto& { return config.installation.throttle.access_key; },
          "Requests of an access key."),
      field(
          "throttle.user",
          [](ServeConfig& config) -> auto& { return config.installation.throttle.user; },
          "Requests of a user, whatever the credential."),
      field(
          "throttle.account",
          [](ServeConfig& config) -> auto& { return config.installation.throttle.account; },
          "Requests of an account's users and agencies together."),
      field(
          "throttle.operation",
          [](ServeConfig& config) -> auto& { return config.installation.throttle.operation; },
          "Requests for an operation, all callers together."),
      operations_key(),
      exempt_key(),
      bounded(
          "throttle.buckets",
          [](ServeConfig& config) -> auto& { return config.installation.throttle.places; }, 1'024,
          std::uint64_t{1} << 28,
          "How many buckets that are not full are remembered, 16 bytes each; of more, those are "
          "forgotten that are nearest to full."),
      bounded(
          "journal.entries",
          [](ServeConfig& config) -> auto& { return config.installation.journal_entries; }, 1,
          10'000'000, "How many of the last requests `jianmen explain` can still tell about."),
  };
}

#undef AT

}  // namespace

std::span<const ConfigKey> config_keys() {
  static const std::vector<ConfigKey> keys = make_keys();
  return keys;
}

std::string config_documentation() {
  std::string text =
      "# Configuration\n\n"
      "One YAML file, given with `jianmen serve --config FILE`; options of the command line win "
      "over it. Every key\nmay be left out. A key that is not listed here, a key given twice or a "
      "value of the wrong type stops the\nstart with `file:line:column`, every mistake at once; "
      "`jianmen check FILE` says the same without starting.\n"
      "`SIGHUP` reads the file again for `log.level`, the certificates, `upstreams` and `routes`, "
      "and "
      "opens `log.access_file`\nanew; the rest needs a restart. A file with a mistake changes "
      "nothing then.\n\n"
      "```yaml\n"
      "listen: [\"https://0.0.0.0:443\"]\n"
      "data: /var/lib/jianmen\n"
      "log:\n"
      "  level: warning\n"
      "authn:\n"
      "  clock_window: 15m\n"
      "```\n\n"
      "Durations are written `250ms`, `30s`, `15m`, `24h` or a sum such as `1h30m`. Sizes are "
      "bytes.\nLimits are written `200/5m`: 200 requests in 5 minutes; `off`: none.\n\n"
      "| key | type | default | meaning |\n|---|---|---|---|\n";
  const ServeConfig defaults = config_defaults();
  for (const auto& key : config_keys()) {
    const std::string value = key.show(defaults);
    text += "| `" + std::string(key.path) + "` | " + std::string(key.type) + " | " +
            (value.empty() ? "" : "`" + value + "`") + " | " + std::string(key.doc) + " |\n";
  }
  text +=
      "| `upstreams`, `routes` | map, list |  | Your own services behind the gateway: "
      "[upstreams.md](upstreams.md). |\n";
  return text;
}

}  // namespace jianmen::app
