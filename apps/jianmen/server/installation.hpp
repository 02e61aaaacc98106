#pragma once
// The parts list of a running Jianmen: every part is built here and handed to those that use it;
// nothing is global. Thread safety: create() on the main thread; make_handler() once a worker;
// admin functions from the admin loop's pool threads (each part says what it allows).

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "authn/authenticator.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "crypto/system_random.hpp"
#include "crypto/vault.hpp"
#include "diagnose/signature/investigate.hpp"
#include "directory/directory.hpp"
#include "gateway/journal.hpp"
#include "gateway/pipeline.hpp"
#include "gateway/probes.hpp"
#include "gateway/statistics.hpp"
#include "http/handler.hpp"
#include "services/ecs/ecs.hpp"
#include "services/frame.hpp"
#include "services/iam/iam.hpp"
#include "services/planned_faults.hpp"
#include "services/tms/tms.hpp"
#include "store/store.hpp"
#include "throttle/throttle.hpp"
#include "upstream/table.hpp"

namespace jianmen::app {

struct InstallationSettings {
  std::filesystem::path data;  // empty: in memory
  unsigned workers = 1;
  std::size_t journal_entries = 100'000;
  authn::Settings authn;
  gateway::Settings gateway;
  std::filesystem::path access_log;  // empty: none
  gateway::LogFormat access_log_format = gateway::LogFormat::Json;
  throttle::Settings throttle;
  services::ecs::Settings ecs;
  services::tms::Settings tms;
  services::iam::Settings iam;
  upstream::Settings upstream;
};

// A kind of cache, of all workers together.
struct CacheTotals {
  std::string_view name;
  std::uint64_t hits = 0, misses = 0;
};

// Whether requests may come: before serve has started everything, and once it was told to stop, it
// is not ready.
enum class Phase { Starting, Serving, Draining };

class Installation final : public gateway::Readiness {
 public:
  static base::Result<std::unique_ptr<Installation>> create(const InstallationSettings& settings);
  ~Installation() override;
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  // What answers on worker `worker`'s loop.
  std::unique_ptr<http::Handler> make_handler(unsigned worker);

  // The fixture shape of docs/fixtures: accounts … servers, tags. Errors carry the path of the
  // mistake.
  base::Result<> load(const base::json::value& fixture);
  // Everything as one fixture document, secrets only when asked for.
  base::json::object export_all(bool with_secrets) const;
  // Other routes and upstreams, whole; with an error the last good ones stay.
  base::Result<> replace_upstreams(const upstream::Settings& settings) {
    return upstreams_.replace(settings);
  }
  // Back to nothing: directory, servers, tags, lock-outs, planned faults, journal.
  base::Result<> clear();

  void enter(Phase phase) { phase_.store(phase, std::memory_order_relaxed); }
  std::string_view not_ready_because() const override;
  std::vector<CacheTotals> caches() const;  // of the handlers that live

  const gateway::Statistics& statistics() const { return *statistics_; }
  gateway::AccessLog* access_log() const { return access_log_.get(); }  // nullptr: none
  const net::BlockingPool& writes() const { return writes_; }
  const net::BlockingPool& hashing() const { return hashing_; }
  const throttle::Throttle& throttle() const { return *throttle_; }
  const upstream::Registry& upstreams() const { return upstreams_; }
  const catalog::Catalog& catalog() const { return *catalog_; }
  store::Store& store() { return *store_; }
  directory::Directory& directory() { return *directory_; }
  gateway::Journal& journal() { return *journal_; }
  // Looks for what a signature that did not hold was made of.
  diagnose::signature::Investigator& investigator() { return *investigator_; }
  base::MovableClock& clock() { return clock_; }
  base::Random& random() { return random_; }
  authn::Lockouts& lockouts() { return *lockouts_; }
  services::ecs::Ecs& ecs() { return *ecs_; }
  services::tms::Tms& tms() { return *tms_; }
  services::PlannedFaults& faults() { return faults_; }
  const services::iam::Settings& iam_settings() const { return settings_.iam; }

 private:
  class Worker;
  explicit Installation(const InstallationSettings& settings);
  base::Result<> check_throttled_operations() const;

  InstallationSettings settings_;
  services::ServiceDefinition requests_;  // of one's own requests
  base::MovableClock clock_;
  crypto::SystemRandom random_;
  std::unique_ptr<const catalog::Catalog> catalog_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<crypto::Vault> vault_;
  std::unique_ptr<directory::Directory> directory_;
  std::unique_ptr<authn::TokenRing> ring_;
  std::unique_ptr<authn::Lockouts> lockouts_;
  std::unique_ptr<authn::Issuer> issuer_;
  std::unique_ptr<authn::Issuer> upstream_issuer_;  // of the short-lived tokens of upstreams
  upstream::Registry upstreams_;
  std::unique_ptr<services::ecs::Ecs> ecs_;
  std::unique_ptr<services::tms::Tms> tms_;
  std::unique_ptr<services::iam::Iam> iam_;
  services::PlannedFaults faults_;
  std::unique_ptr<gateway::Journal> journal_;
  std::unique_ptr<gateway::Statistics> statistics_;
  std::unique_ptr<throttle::Throttle> throttle_;
  std::unique_ptr<gateway::AccessLog> access_log_;  // nullptr: none
  std::unique_ptr<diagnose::signature::Investigator> investigator_;
  // A password's hash takes some 50 ms, a commit far less: of either, some seconds may wait.
  net::BlockingPool writes_{2, 2'048};
  net::BlockingPool hashing_{2, 256};
  net::BlockingPool files_{2};  // of bodies that are verified before they go on
  std::atomic<Phase> phase_{Phase::Starting};
  mutable std::mutex workers_mutex_;
  std::vector<const Worker*> workers_;
};

}  // namespace jianmen::app
