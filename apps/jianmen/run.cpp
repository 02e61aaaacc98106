#include <array>
#include <csignal>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include <fcntl.h>
#include <unistd.h>

#include "admin_client.hpp"
#include "base/log.hpp"
#include "demo.hpp"
#include "http/server.hpp"
#include "language.hpp"
#include "run/behind.hpp"
#include "run/environment.hpp"
#include "run/front.hpp"
#include "run/names.hpp"
#include "run/room.hpp"
#include "run/trust.hpp"

extern char** environ;

namespace jianmen::app {

namespace {

using base::Code;
using base::error_of;
using base::fail;
using base::Result;
using run::Walls;

struct RunOptions {
  std::vector<std::string> command;
  std::string room = "auto", cloud;
  bool allow_net = false, explain = false, live = false, own = false;
};

std::string read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return file ? text.str() : std::string();
}

std::string machine_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

// Where the calls arrive, and what the program was told of it.
struct Doors {
  net::Fd secure, plain, names, proxy;
};

Result<net::Fd> listen_at(std::string_view host, std::uint16_t port) {
  auto address = net::Address::numeric(host, port);
  if (!address) return error_of(address);
  return net::listen_on(*address, net::SharePort::No);
}

class Run {
 public:
  Run(const RunOptions& options, const Common& common) : options_(options), common_(common) {}

  Result<int> run() {
    block_signals();
    base::log::set_level(base::log::Level::Off);
    if (auto prepared = prepare(); !prepared) return error_of(prepared);
    auto room = open_room();
    if (!room) return error_of(room);
    // From here on there are threads.
    auto behind = run::Behind::create(plan_, *catalog_);
    if (!behind) return error_of(behind);
    auto server = serve(*room, **behind);
    if (!server) return error_of(server);
    room->start();
    const int status = room->wait();
    front_.reset();
    (*server)->stop(std::chrono::milliseconds(0));
    if (options_.explain) explain(**behind);
    return status;
  }

 private:
  void block_signals() {
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    for (const int signal : run::kForwarded) sigaddset(&blocked, signal);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &settings_.signals);
    settings_.default_pipe_signal = std::signal(SIGPIPE, SIG_IGN) != SIG_IGN;
    std::signal(SIGCHLD, SIG_DFL);  // ignored, no end of a child would be told
  }

  Result<> prepare() {
    auto catalog = catalog::Catalog::create();
    if (!catalog) return error_of(catalog);
    catalog_ = std::move(*catalog);
    auto workspace = run::Workspace::create();
    if (!workspace) return error_of(workspace);
    workspace_.emplace(std::move(*workspace));
    now_ = base::MovableClock().now();
    auto trust = run::Trust::create(*workspace_, now_);
    if (!trust) return error_of(trust);
    trust_.emplace(std::move(*trust));

    const run::Wish wish{options_.own, options_.live, options_.cloud};
    auto plan = run::make_plan(wish, common_);
    if (!plan) return error_of(plan);
    plan_ = std::move(*plan);
    settings_.command = options_.command;
    surroundings_.bundle = trust_->bundle;
    surroundings_.authority = trust_->authority;
    surroundings_.java_store = trust_->java_store;
    if (plan_.has_demo_keys) {
      const auto demo = demo_data();
      const auto& key = demo.at("users").as_array().front().at("keys").as_array().front();
      surroundings_.access_key_id = base::string_or(key, "ak", "");
      surroundings_.secret_key = base::Secret(base::string_or(key, "sk", ""));
    }
    return {};
  }

  // --- the room

  Result<> furnish_files() {
    const auto add = [&](std::string_view name, const std::string& text, const char* target,
                         bool needed) -> Result<> {
      auto file = workspace_->write(name, text);
      if (!file) return error_of(file);
      settings_.mounts.push_back({file->string(), target, needed});
      return {};
    };
    settings_.mounts.clear();
    const bool closed = settings_.walls == Walls::Closed;
    const std::string rest = closed ? "" : read_file("/etc/hosts");
    const auto hosts = run::hosts_text(*catalog_, run::kDoor, machine_name(), rest);
    if (auto added = add("hosts", hosts, "/etc/hosts", !closed); !added) return added;
    if (closed) {
      const auto sources = run::name_sources_text(read_file("/etc/nsswitch.conf"));
      if (auto added = add("nsswitch.conf", sources, "/etc/nsswitch.conf", false); !added) {
        return added;
      }
      if (auto added = add("resolv.conf", run::resolver_text(), "/etc/resolv.conf", false);
          !added) {
        return added;
      }
    }
    for (const auto& bundle : trust_->system_bundles) {
      settings_.mounts.push_back({trust_->bundle, bundle, false});
    }
    settings_.hidden = {"/run/nscd"};
    return {};
  }

  Result<run::Room> open_walled_room() {
    settings_.walls = options_.allow_net ? Walls::Mounts : Walls::Closed;
    if (auto files = furnish_files(); !files) return error_of(files);
    if (options_.allow_net) {
      // In the machine's own network only who may can have these ports.
      auto secure = listen_at(run::kDoor, 443);
      if (!secure) return error_of(secure);
      auto plain = listen_at(run::kDoor, 80);
      if (!plain) return error_of(plain);
      doors_.secure = std::move(*secure);
      doors_.plain = std::move(*plain);
    }
    surroundings_.keep_proxies = options_.allow_net;
    settings_.environment =
        run::to_lines(run::make_variables(run::parse_lines(environ), surroundings_));
    return run::Room::open(settings_);
  }

  Result<run::Room> open_room_of_variables() {
    settings_.walls = Walls::None;
    settings_.mounts.clear();
    for (net::Fd* door : {&doors_.secure, &doors_.plain, &doors_.proxy}) {
      auto made = listen_at("127.0.0.1", 0);
      if (!made) return error_of(made);
      *door = std::move(*made);
    }
    auto secure = net::local_address(doors_.secure), proxy = net::local_address(doors_.proxy);
    if (!secure) return error_of(secure);
    if (!proxy) return error_of(proxy);
    surroundings_.keep_proxies = false;
    surroundings_.proxy = "http://" + proxy->text();
    surroundings_.iam_endpoint = "https://" + secure->text();
    auto regions =
        workspace_->write("regions.yaml", run::regions_text(*catalog_, surroundings_.iam_endpoint));
    if (!regions) return error_of(regions);
    surroundings_.regions_file = regions->string();
    settings_.environment =
        run::to_lines(run::make_variables(run::parse_lines(environ), surroundings_));
    return run::Room::open(settings_);
  }

  Result<run::Room> open_room() {
    std::string why = "--room off";
    if (options_.room != "off") {
      auto room = open_walled_room();
      if (room) return room;
      if (options_.room == "on") return room;
      why = room.error().message;
    }
    const bool chinese = language(common_) == diagnose::Language::Chinese;
    std::cerr << (chinese
                      ? "jianmen run：没有建立隔离环境（" + why +
                            "），改用环境变量和代理。不读代理变量（如 Node.js SDK）、自带证书列表、"
                            "或写死地址的程序不会被接管，其余网络也没有关闭。\n"
                      : "jianmen run: no room (" + why +
                            "): the program is led by variables and a proxy instead. Not "
                            "covered: programs that read no proxy variables (the Node.js SDK among "
                            "them), "
                            "that bring their own list of authorities, or that name addresses; and "
                            "the rest of "
                            "the network stays open to it.\n");
    return open_room_of_variables();
  }

  // --- what answers

  Result<std::unique_ptr<http::Server>> serve(const run::Room& room, run::Behind& behind) {
    using Kind = http::ListenAddress::Kind;
    const bool closed = settings_.walls == Walls::Closed;
    const net::Fd& secure = closed ? room.secure() : doors_.secure;
    const net::Fd& plain = closed ? room.plain() : doors_.plain;
    auto tls = trust_->make_context(*catalog_, now_);
    if (!tls) return error_of(tls);
    auto server = http::Server::create(
        http::ServerSettings{},
        {{Kind::Https, "", 0, "", secure.get()}, {Kind::Http, "", 0, "", plain.get()}}, *tls, 1,
        behind.make_handler());
    if (!server) return server;
    auto front = run::Front::create(*catalog_);
    if (!front) return error_of(front);
    if (closed) {
      (*front)->serve_names(net::Fd(::fcntl(room.names().get(), F_DUPFD_CLOEXEC, 0)));
    } else if (doors_.proxy) {
      auto to_secure = net::local_address(secure), to_plain = net::local_address(plain);
      if (!to_secure) return error_of(to_secure);
      if (!to_plain) return error_of(to_plain);
      (*front)->serve_proxy(std::move(doors_.proxy), {*to_secure, *to_plain, options_.allow_net});
    }
    (*server)->start();
    (*front)->start();
    front_ = std::move(*front);
    return server;
  }

  // To standard error: standard output is the command's.
  void explain(run::Behind& behind) {
    const auto refused = behind.explanations(common_, language(common_));
    std::cerr << (common_.json ? base::to_pretty_text(refused) + "\n"
                               : run::to_table(refused, language(common_)));
  }

  const RunOptions& options_;
  const Common& common_;
  std::unique_ptr<const catalog::Catalog> catalog_;
  std::optional<run::Workspace> workspace_;
  std::optional<run::Trust> trust_;
  base::Time now_{};
  run::Plan plan_;
  run::RoomSettings settings_{};
  run::Surroundings surroundings_;
  Doors doors_;
  std::unique_ptr<run::Front> front_;
};

}  // namespace

void add_run(CLI::App& app, Common& common) {
  auto* command = app.add_subcommand(
      "run",
      "Run a program unchanged: the cloud's names lead to Jianmen, nothing else of the network "
      "exists");
  auto options = std::make_shared<RunOptions>();
  command->add_option("command", options->command, "The program and its arguments, after --")
      ->required();
  command->add_flag("--explain", options->explain,
                    "At the end, on standard error: each refused call, its cause, its fix");
  command->add_flag("--allow-net", options->allow_net,
                    "Leave the rest of the network open (needs the right to listen on port 443)");
  auto* own = command->add_flag("--own", options->own,
                                "A server of its own with the demo data, even when one runs");
  auto* live = command->add_flag(
      "--live", options->live,
      "Pass calls on to the cloud itself, with your own credentials, to explain its refusals");
  live->excludes(own);
  command
      ->add_option("--cloud", options->cloud,
                   "With --live: HOST:PORT to connect to in place of the names' addresses")
      ->needs(live);
  command
      ->add_option("--room", options->room,
                   "auto, on (fail where namespaces are refused) or off (variables and a proxy)")
      ->check(CLI::IsMember({"auto", "on", "off"}));
  add_common_options(*command, common);
  command->footer(
      "The exit status is the program's (127 not found, 126 cannot be run, 128 + signal).\n"
      "HUAWEICLOUD_SDK_AK and _SK are the demo's unless you set them.\n"
      "Example: jianmen run -- python3 list_servers.py\n"
      "         jianmen run --explain -- sh -c 'curl -s https://iam.myhuaweicloud.com/v3'");
  command->callback([options, &common] {
    auto status = Run(*options, common).run();
    if (status) {
      common.exit = static_cast<Exit>(*status);
      return;
    }
    std::cerr << "jianmen run: " << status.error().message << "\n";
    common.exit = Exit::Refused;
    if (status.error().code == Code::InvalidArgument) common.exit = Exit::Usage;
    if (status.error().code == Code::Unavailable) common.exit = Exit::NoServer;
  });
}

}  // namespace jianmen::app
