#pragma once
// What answers behind the room's door: a Jianmen of this run's own with the demo data, one that
// runs already, or (--live) the cloud itself.
// Threads: make_plan() starts none; create() does.

#include <memory>
#include <string>

#include "catalog/catalog.hpp"
#include "commands.hpp"
#include "diagnose/explain.hpp"
#include "http/server.hpp"
#include "run/forwarder.hpp"

namespace jianmen::app::run {

struct Plan {
  enum class Kind { Own, Joined, Cloud } kind = Kind::Own;
  Destination destination;     // of Joined and Cloud
  bool has_demo_keys = false;  // the demo's published keys are known there
};

struct Wish {
  bool own = false;   // no running server, though there be one
  bool live = false;  // the cloud
  std::string cloud;  // with live: HOST:PORT in place of the names' real addresses
};

// Asks for a running server on `common.socket`. Unavailable: one was named and does not answer.
base::Result<Plan> make_plan(const Wish& wish, const Common& common);

class Behind {
 public:
  static base::Result<std::unique_ptr<Behind>> create(const Plan& plan,
                                                      const catalog::Catalog& catalog);
  virtual ~Behind() = default;

  virtual http::Server::MakeHandler make_handler() = 0;
  // Of what was refused, oldest first; when nothing is served any more.
  virtual base::json::array explanations(const Common& common, diagnose::Language language) = 0;
};

}  // namespace jianmen::app::run
