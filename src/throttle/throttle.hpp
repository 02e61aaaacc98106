#pragma once
// Which requests come too fast: buckets of source addresses, access keys, users, accounts and
// operations, for the whole process; and, apart from them, how often a source may fail to prove who
// it is. The gateway asks; what was refused took nothing from the bucket that was empty. Pure: the
// time comes in. Thread safety: any thread.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "throttle/buckets.hpp"
#include "throttle/keyed_hash.hpp"
#include "throttle/limit.hpp"

namespace jianmen::throttle {

enum class Kind : std::uint8_t { Source, Key, User, Account, Operation, Failures };
inline constexpr std::size_t kKinds = 6;

std::string_view kind_name(Kind kind);  // "source" | "access_key" | "user" | "account" | …
// As the gateway's message names the policy: "ip", "app", "user", "domain", "api".
std::string_view wire_name(Kind kind);

struct Settings {
  Limit source, access_key, user, account, operation;
  std::vector<std::pair<std::string, Limit>> operations;  // by id, instead of `operation`
  Limit source_failures{.requests = 600, .time = std::chrono::minutes(1)};
  // Sources whose address is nobody's own, left alone by both limits of sources: load balancers;
  // "loopback" (127.0.0.0/8, ::1 and Unix sockets): behind a proxy on this machine stands
  // everybody.
  std::vector<std::string> exempt{"loopback"};
  std::size_t places = std::size_t{1} << 20;  // of buckets that are not full
};

struct Denied {
  Kind kind = Kind::Source;
  Limit limit;
  base::Duration retry_after{};  // then one more passes
};

// What a request is counted by; empty: not known, or nobody.
struct Caller {
  std::string_view access_key = {}, user = {}, account = {}, operation = {};
};

class Throttle {
 public:
  // The random numbers are for its hash.
  Throttle(const Settings& settings, base::Random& random);

  // false: no limit but that of failures is set.
  bool any() const { return any_; }
  // false: nobody would be denied now, and nothing below need be asked.
  bool may_deny(base::Time now) const { return any_ || !failures_.all_full(now); }
  // Of the source, before anything else is looked at.
  std::optional<Denied> take_source(std::string_view peer, base::Time now);
  // Of an authenticated request (or one that needs no authentication), from the narrowest bucket to
  // the widest: who is stopped by an own one takes nothing from what others share.
  std::optional<Denied> take_caller(const Caller& caller, base::Time now);

  // A source failed so often that no more proofs are looked at for a while.
  std::optional<Denied> look_failures(std::string_view peer, base::Time now) const {
    if (!settings_.source_failures || failures_.all_full(now)) return std::nullopt;
    return look_failures_of(peer, now);
  }
  void record_failure(std::string_view peer, base::Time now);

  std::uint64_t denied(Kind kind) const {  // how often, since the start
    return denied_[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
  }
  void clear();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  std::optional<Denied> take(Kind kind, const Limit& limit, std::string_view name, base::Time now);
  std::optional<Denied> look_failures_of(std::string_view peer, base::Time now) const;
  std::optional<Denied> deny(Kind kind, const Limit& limit, base::Duration wait) const;
  std::uint64_t hash(Kind kind, std::string_view name) const {
    return keyed_hash(hash_key_, static_cast<std::uint8_t>(kind), name);
  }
  bool is_exempt(std::string_view peer) const;

  Settings settings_;
  std::unordered_map<std::string, Limit, Hash, std::equal_to<>> operations_;
  bool any_ = false;
  HashKey hash_key_;
  Buckets buckets_, failures_;
  mutable std::array<std::atomic<std::uint64_t>, kKinds> denied_{};
};

}  // namespace jianmen::throttle
