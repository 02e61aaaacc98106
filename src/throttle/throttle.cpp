#include "throttle/throttle.hpp"

#include <algorithm>

#include <arpa/inet.h>

namespace jianmen::throttle {

namespace {

constexpr std::size_t kFailurePlaces = std::size_t{1} << 17;

// Of one host or household: an IPv4 address, or the first 64 bits of an IPv6 one.
class Source {
 public:
  explicit Source(std::string_view peer) : text_(peer) {
    if (peer.find(':') == peer.npos || peer.size() >= written_.size()) return;
    peer.copy(written_.data(), peer.size());
    if (::inet_pton(AF_INET6, written_.data(), bytes_.data()) != 1) return;
    text_ = {reinterpret_cast<const char*>(bytes_.data()), 8};
  }
  std::string_view text() const { return text_; }

 private:
  std::array<char, INET6_ADDRSTRLEN> written_{};
  std::array<unsigned char, 16> bytes_{};
  std::string_view text_;
};

bool is_loopback(std::string_view peer) {
  return peer.starts_with("127.") || peer == "::1" || peer == "unix";
}

HashKey draw(base::Random& random) {
  HashKey key{};
  random.fill({reinterpret_cast<std::uint8_t*>(key.data()), sizeof key});
  return key;
}

}  // namespace

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::Source:
      return "source";
    case Kind::Key:
      return "access_key";
    case Kind::User:
      return "user";
    case Kind::Account:
      return "account";
    case Kind::Operation:
      return "operation";
    case Kind::Failures:
      return "source_failures";
  }
  return {};
}

std::string_view wire_name(Kind kind) {
  switch (kind) {
    case Kind::Source:
    case Kind::Failures:
      return "ip";
    case Kind::Key:
      return "app";
    case Kind::User:
      return "user";
    case Kind::Account:
      return "domain";
    case Kind::Operation:
      return "api";
  }
  return {};
}

Throttle::Throttle(const Settings& settings, base::Random& random)
    : settings_(settings),
      operations_(settings.operations.begin(), settings.operations.end()),
      hash_key_(draw(random)),
      buckets_(settings.places),
      failures_(kFailurePlaces) {
  any_ = settings.source || settings.access_key || settings.user || settings.account ||
         settings.operation || !operations_.empty();
}

bool Throttle::is_exempt(std::string_view peer) const {
  return std::ranges::any_of(settings_.exempt, [&](const std::string& source) {
    return source == peer || (source == "loopback" && is_loopback(peer));
  });
}

std::optional<Denied> Throttle::deny(Kind kind, const Limit& limit, base::Duration wait) const {
  denied_[static_cast<std::size_t>(kind)].fetch_add(1, std::memory_order_relaxed);
  return Denied{kind, limit, wait};
}

std::optional<Denied> Throttle::take(Kind kind, const Limit& limit, std::string_view name,
                                     base::Time now) {
  if (!limit || name.empty()) return std::nullopt;
  const auto wait = buckets_.take(hash(kind, name), limit, now);
  if (!wait) return std::nullopt;
  return deny(kind, limit, *wait);
}

std::optional<Denied> Throttle::take_source(std::string_view peer, base::Time now) {
  if (!settings_.source || is_exempt(peer)) return std::nullopt;
  return take(Kind::Source, settings_.source, Source(peer).text(), now);
}

std::optional<Denied> Throttle::take_caller(const Caller& caller, base::Time now) {
  if (auto denied = take(Kind::Key, settings_.access_key, caller.access_key, now)) return denied;
  if (auto denied = take(Kind::User, settings_.user, caller.user, now)) return denied;
  if (auto denied = take(Kind::Account, settings_.account, caller.account, now)) return denied;
  const auto own = operations_.find(caller.operation);
  const Limit& limit = own != operations_.end() ? own->second : settings_.operation;
  return take(Kind::Operation, limit, caller.operation, now);
}

std::optional<Denied> Throttle::look_failures_of(std::string_view peer, base::Time now) const {
  if (is_exempt(peer)) return std::nullopt;
  const auto wait =
      failures_.look(hash(Kind::Failures, Source(peer).text()), settings_.source_failures, now);
  if (!wait) return std::nullopt;
  return deny(Kind::Failures, settings_.source_failures, *wait);
}

void Throttle::record_failure(std::string_view peer, base::Time now) {
  if (!settings_.source_failures || is_exempt(peer)) return;
  failures_.take(hash(Kind::Failures, Source(peer).text()), settings_.source_failures, now);
}

void Throttle::clear() {
  buckets_.clear();
  failures_.clear();
}

}  // namespace jianmen::throttle
