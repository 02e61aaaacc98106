#include "server/installation.hpp"

#include <algorithm>
#include <array>
#include <exception>

#include "crypto/password.hpp"
#include "directory/fixture.hpp"
#include "server/requests.hpp"
#include "store/lmdb.hpp"
#include "store/memory.hpp"
#include "upstream/proxy.hpp"

namespace jianmen::app {

namespace fs = std::filesystem;
using base::error_of;

namespace {

constexpr base::Duration kUpstreamTokenLife = std::chrono::minutes(10);

}  // namespace

// What one loop owns: its authenticator and authorizer with their caches, a frame a service, and
// the pipeline.
class Installation::Worker final : public http::Handler {
 public:
  Worker(Installation& home, unsigned worker)
      : home_(home),
        authenticator_(*home.directory_, *home.ring_, *home.lockouts_, home.clock_,
                       home.settings_.authn),
        authorizer_(*home.directory_),
        iam_(frame(home, home.iam_->definition())),
        sts_(frame(home, home.iam_->sts_definition())),
        ecs_(frame(home, home.ecs_->definition())),
        tms_(frame(home, home.tms_->definition())),
        requests_(frame(home, home.requests_)),
        proxy_({home.upstreams_, *home.catalog_, *home.directory_, authorizer_,
                *home.upstream_issuer_, kUpstreamTokenLife}),
        pipeline_(*home.catalog_, authenticator_, home.journal_->shard(worker),
                  home.statistics_->shard(worker), home.clock_, home.random_,
                  home.settings_.gateway) {
    pipeline_.set_routes(proxy_);
    pipeline_.set_readiness(home);
    pipeline_.set_throttle(*home.throttle_);
    if (home.access_log_) pipeline_.set_access_log(*home.access_log_);
    pipeline_.set_spool({&home.files_, home.settings_.data});
    pipeline_.add_service("iam", iam_);
    pipeline_.add_service("sts", sts_);
    pipeline_.add_service("ecs", ecs_);
    pipeline_.add_service("tms", tms_);
    pipeline_.add_service("jianmen", requests_);
    const std::lock_guard lock(home.workers_mutex_);
    home.workers_.push_back(this);
  }
  ~Worker() override {
    const std::lock_guard lock(home_.workers_mutex_);
    std::erase(home_.workers_, this);
  }

  const metrics::CacheCounters& tokens() const { return authenticator_.token_cache(); }
  const metrics::CacheCounters& keys() const { return authenticator_.key_cache(); }
  const metrics::CacheCounters& roles() const { return authorizer_.role_cache(); }

  net::Task<http::Response> handle(const http::Request& request) override {
    return pipeline_.handle(request);
  }
  http::Response refuse(int status, std::string_view reason) override {
    return pipeline_.refuse(status, reason);
  }
  bool takes_stream(const http::Request& head) override { return pipeline_.takes_stream(head); }

 private:
  services::Frame frame(Installation& home, const services::ServiceDefinition& definition) {
    return services::Frame(definition, *home.catalog_, *home.directory_, authorizer_,
                           services::Pools{home.writes_, home.hashing_}, home.faults_);
  }

  Installation& home_;
  authn::Authenticator authenticator_;
  authz::Authorizer authorizer_;
  services::Frame iam_, sts_, ecs_, tms_, requests_;
  upstream::Proxy proxy_;
  gateway::Pipeline pipeline_;
};

Installation::Installation(const InstallationSettings& settings)
    : settings_(settings), requests_(requests_definition(*this)) {}
Installation::~Installation() = default;

base::Result<std::unique_ptr<Installation>> Installation::create(
    const InstallationSettings& settings) {
  std::unique_ptr<Installation> home(new Installation(settings));
  auto catalog = catalog::Catalog::create();
  if (!catalog) return error_of(catalog);
  home->catalog_ = std::move(*catalog);

  if (settings.data.empty()) {
    home->store_ = store::make_memory_store(home->clock_);
    std::array<std::uint8_t, 32> key;
    home->random_.fill(key);
    home->vault_ = std::make_unique<crypto::Vault>(key, home->random_);
  } else {
    // Keys and records are nobody else's to look at: a directory of our own making is ours alone.
    std::error_code trouble;
    if (fs::create_directories(settings.data, trouble)) {
      fs::permissions(settings.data, fs::perms::owner_all, trouble);
    }
    auto store = store::open_lmdb_store({.directory = settings.data / "store"}, home->clock_);
    if (!store) return error_of(store);
    home->store_ = std::move(*store);
    auto vault = crypto::Vault::open_file(settings.data / "master.key", home->random_);
    if (!vault) return error_of(vault);
    home->vault_ = std::move(*vault);
  }

  home->directory_ = std::make_unique<directory::Directory>(
      *home->store_, *home->catalog_, *home->vault_, home->clock_, home->random_);
  home->ring_ = std::make_unique<authn::TokenRing>(*home->vault_, home->random_);
  home->lockouts_ = std::make_unique<authn::Lockouts>(settings.authn);
  home->issuer_ = std::make_unique<authn::Issuer>(*home->directory_, *home->ring_, home->clock_,
                                                  home->random_, settings.authn);
  authn::Settings upstream_tokens = settings.authn;
  upstream_tokens.token_life = kUpstreamTokenLife;
  home->upstream_issuer_ = std::make_unique<authn::Issuer>(
      *home->directory_, *home->ring_, home->clock_, home->random_, upstream_tokens);
  if (auto routes = home->upstreams_.replace(settings.upstream); !routes) return error_of(routes);
  home->ecs_ = std::make_unique<services::ecs::Ecs>(
      services::ecs::Dependencies{*home->store_, *home->catalog_, *home->directory_, home->clock_,
                                  home->random_, settings.ecs});
  home->tms_ = std::make_unique<services::tms::Tms>(services::tms::Dependencies{
      *home->store_, *home->catalog_, *home->directory_, home->clock_, *home->ecs_, settings.tms});
  home->iam_ = std::make_unique<services::iam::Iam>(
      services::iam::Dependencies{*home->directory_, *home->catalog_, *home->ring_, *home->issuer_,
                                  *home->lockouts_, home->clock_, home->random_, settings.iam});
  home->journal_ = std::make_unique<gateway::Journal>(settings.journal_entries, settings.workers);
  home->throttle_ = std::make_unique<throttle::Throttle>(settings.throttle, home->random_);
  if (auto known = home->check_throttled_operations(); !known) return error_of(known);
  if (!settings.access_log.empty()) {
    auto log = gateway::AccessLog::open(settings.access_log, settings.access_log_format);
    if (!log) return error_of(log);
    home->access_log_ = std::move(*log);
  }
  home->statistics_ = std::make_unique<gateway::Statistics>(settings.workers);
  home->investigator_ = std::make_unique<diagnose::signature::Investigator>(
      *home->catalog_, *home->directory_, *home->ring_, *home->journal_, home->clock_);
  return home;
}

// A limit of an operation that does not exist would limit nothing.
base::Result<> Installation::check_throttled_operations() const {
  for (const auto& [id, limit] : settings_.throttle.operations) {
    const auto is_it = [&id](const upstream::Route& route) { return route.operation.id == id; };
    if (catalog_->find_operation(id)) continue;
    if (std::ranges::any_of(settings_.upstream.routes, is_it)) continue;
    return base::fail(base::Code::InvalidArgument,
                      "\"throttle.operations\" names no operation: \"" + id + "\"");
  }
  return {};
}

base::Result<> Installation::load(const base::json::value& fixture) {
  const auto hash = [this](const base::Secret& password) {
    return crypto::hash_password(password, random_, settings_.iam.password_cost);
  };
  auto report = directory::load_fixture(*directory_, fixture, hash);
  if (!report) return error_of(report);

  // Servers name projects, tags nothing: both belong to the document's account, the first when
  // there are several.
  const bool has_services =
      base::find(report->services, "servers") || base::find(report->services, "tags");
  if (!has_services) return {};
  const auto* accounts = base::find_array(fixture, "accounts");
  if (!accounts || accounts->empty()) {
    return base::fail(
        base::Code::InvalidArgument,
        "servers and tags belong to the document's first account: it names none in accounts[]");
  }
  const auto account =
      directory_->find_account_by_name(base::string_or(accounts->front(), "name", ""));
  if (!account) return base::fail(base::Code::InvalidArgument, "accounts[0]: no such account");
  if (const auto* servers = base::find_array(report->services, "servers")) {
    if (auto loaded = ecs_->load_servers(*servers, *account); !loaded) return error_of(loaded);
  }
  if (const auto* tags = base::find_array(report->services, "tags")) {
    if (auto loaded = tms_->load_tags(*tags, *account); !loaded) return error_of(loaded);
  }
  return {};
}

base::json::object Installation::export_all(bool with_secrets) const {
  auto document = directory::export_directory(*directory_, with_secrets);
  base::json::array servers, tags;
  for (const auto& account : directory_->list_accounts()) {
    for (auto& server : ecs_->export_servers(account.id)) servers.push_back(std::move(server));
    for (auto& tag : tms_->export_tags(account.id)) tags.push_back(std::move(tag));
  }
  document["servers"] = std::move(servers);
  document["tags"] = std::move(tags);
  return document;
}

base::Result<> Installation::clear() {
  if (auto cleared = directory_->clear(); !cleared) return error_of(cleared);
  // What services keep: e/… of ECS, t/… of TMS.
  for (const std::string_view prefix : {"e/", "t/"}) {
    store::Transaction transaction;
    transaction.erase_range(std::string(prefix), store::prefix_end(prefix));
    if (auto committed = store_->commit(std::move(transaction)); !committed)
      return error_of(committed);
  }
  lockouts_->clear();
  faults_.clear();
  journal_->clear();
  throttle_->clear();
  return {};
}

std::string_view Installation::not_ready_because() const {
  const Phase phase = phase_.load(std::memory_order_relaxed);
  if (phase == Phase::Starting) return "starting";
  if (phase == Phase::Draining) return "draining";
  try {
    if (store_->snapshot()->revision() >= 0) return {};
  } catch (const std::exception&) {  // told below
  }
  return "the store cannot be read";
}

std::vector<CacheTotals> Installation::caches() const {
  std::vector<CacheTotals> totals{{.name = "tokens"}, {.name = "access_keys"}, {.name = "roles"}};
  const std::lock_guard lock(workers_mutex_);
  for (const Worker* worker : workers_) {
    const std::array<const metrics::CacheCounters*, 3> kinds{&worker->tokens(), &worker->keys(),
                                                             &worker->roles()};
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      totals[i].hits += kinds[i]->hits.value();
      totals[i].misses += kinds[i]->misses.value();
    }
  }
  return totals;
}

std::unique_ptr<http::Handler> Installation::make_handler(unsigned worker) {
  return std::make_unique<Worker>(*this, worker);
}

}  // namespace jianmen::app
