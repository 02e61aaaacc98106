#pragma once
// The way of a request through the gateway: route → authenticate → hand over to a service → record.
// One Pipeline a worker. A step that refuses returns a Refusal; render.hpp turns it into the wire's
// body. Thread safety: a Pipeline belongs to one loop; what it refers to outlives it.

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "authn/authenticator.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "call/call.hpp"
#include "call/routes.hpp"
#include "catalog/catalog.hpp"
#include "gateway/access_log.hpp"
#include "gateway/journal.hpp"
#include "gateway/probes.hpp"
#include "gateway/request_id.hpp"
#include "gateway/statistics.hpp"
#include "http/handler.hpp"
#include "identity/refusal.hpp"
#include "net/blocking.hpp"
#include "throttle/throttle.hpp"

namespace jianmen::gateway {

struct Settings {
  bool log_requests = true;  // one line a finished request
  // Bytes in files at a time, of one worker; who would need more is told 503.
  std::uint64_t spooled_bodies = std::uint64_t{4} << 30;
};

// Where bodies are kept that must be verified before they go on, when they are large.
struct Spool {
  net::BlockingPool* files = nullptr;  // nullptr: nowhere
  std::filesystem::path folder;
};

class Pipeline final : public http::Handler {
 public:
  Pipeline(const catalog::Catalog& catalog, authn::Authenticator& authenticator,
           Journal::Shard& journal, Statistics::Shard& statistics, const base::Clock& clock,
           base::Random& random, Settings settings);
  ~Pipeline() override;

  // Services by the catalogue's name; they outlive the pipeline. Before the first request.
  void add_service(std::string_view name, call::Service& service);
  // Asked before the catalogue; outlives the pipeline. Before the first request.
  void set_routes(call::Routes& routes) { routes_ = &routes; }
  // Outlives the pipeline; shared by all of them. Before the first request.
  void set_throttle(throttle::Throttle& throttle) { throttle_ = &throttle; }
  // Outlives the pipeline; shared by all of them. Before the first request.
  void set_access_log(AccessLog& log) { access_log_ = &log; }
  // What GET /healthz and /readyz say, where no route has these paths. Before the first request.
  void set_readiness(const Readiness& readiness) { readiness_ = &readiness; }
  void set_spool(Spool spool) { spool_ = std::move(spool); }

  net::Task<http::Response> handle(const http::Request& request) override;
  http::Response refuse(int status, std::string_view reason) override;
  bool takes_stream(const http::Request& head) override;

 private:
  // A caller and what the journal keeps of him: one for all of his requests.
  struct Kept {
    std::shared_ptr<const identity::Principal> principal;
    std::shared_ptr<const JournalPrincipal> as_entry;
  };
  std::shared_ptr<const JournalPrincipal> kept(
      const std::shared_ptr<const identity::Principal>& principal);

  struct Passage;  // one request on its way
  std::expected<catalog::Route, catalog::NoRoute> find_route(const http::Request& request,
                                                             Passage& passage);
  call::Service* service_of(const Passage& passage) const;
  net::Task<std::optional<identity::Refusal>> hold_body(const http::Request& request,
                                                        const catalog::Route& route,
                                                        Passage& passage);
  void record(const http::Request& request, Passage& passage, const http::Response& response);

  const catalog::Catalog& catalog_;
  authn::Authenticator& authenticator_;
  Journal::Shard& journal_;
  Statistics::Shard& statistics_;
  const base::Clock& clock_;
  RequestIds ids_;
  Settings settings_;
  std::array<Kept, 256> kept_;
  call::Routes* routes_ = nullptr;
  throttle::Throttle* throttle_ = nullptr;
  AccessLog* access_log_ = nullptr;
  const Readiness* readiness_ = nullptr;
  Spool spool_;
  std::uint64_t spooled_ = 0;  // bytes in files now
  // A handful: looked through faster than hashed. The names live in the catalogue.
  std::vector<std::pair<std::string_view, call::Service*>> services_;
};

}  // namespace jianmen::gateway
