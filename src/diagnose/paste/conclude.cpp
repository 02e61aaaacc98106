#include "diagnose/paste/conclude.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include "base/encoding.hpp"
#include "base/time_text.hpp"
#include "catalog/route_refusal.hpp"
#include "diagnose/paste/rules.hpp"

namespace jianmen::diagnose::paste {

namespace {

using identity::Cause;

constexpr double kSure = 0.95, kLikely = 0.75, kMaybe = 0.5, kKindAlone = 0.4;

struct Hit {
  const Rule* rule = nullptr;
  std::size_t at = 0;
};

std::optional<Hit> holds(const Rule& rule, const std::vector<std::size_t>& first) {
  const auto stands = [&](std::size_t phrase) { return first[phrase] != Phrases::kAbsent; };
  std::size_t at = Phrases::kAbsent;
  for (const auto phrase : rule.any) at = std::min(at, first[phrase]);
  if (at == Phrases::kAbsent) return std::nullopt;
  for (const auto& one_of : rule.with) {
    if (std::ranges::none_of(one_of, stands)) return std::nullopt;
  }
  if (std::ranges::any_of(rule.without, stands)) return std::nullopt;
  return Hit{&rule, at};
}

bool is_before(const Hit& a, const Hit& b, int status) {
  if (a.rule->tier != b.rule->tier) return a.rule->tier < b.rule->tier;
  if (a.rule->tier == Tier::Decisive) return false;  // the rules' own order
  if (a.at != b.at) return a.at < b.at;
  const auto fits = [&](const Hit& hit) {
    return hit.rule->row && status != 0 && base::find_int(*hit.rule->row, "http_status") == status;
  };
  return fits(a) && !fits(b);
}

double confidence_of(Tier tier) {
  switch (tier) {
    case Tier::Decisive:
    case Tier::Cause:
      return kSure;
    case Tier::Kind:
      return kLikely;
    case Tier::Wrapper:
      return kMaybe;
  }
  return kMaybe;
}

// A name of the world outside that is no host of the cloud: not this product's failure.
bool is_other_host(const std::string& host, const catalog::Catalog& catalog) {
  if (host.empty() || catalog.is_cloud_host(host)) return false;
  const auto name = host.substr(0, host.find(':'));
  const auto dot = name.rfind('.');
  if (dot == name.npos || name.starts_with('[')) return false;
  const auto last = std::string_view(name).substr(dot + 1);
  if (last.size() < 2 || (last[0] >= '0' && last[0] <= '9')) return false;
  constexpr std::array<std::string_view, 6> kNear{"local",     "internal", "test",
                                                  "localhost", "example",  "lan"};
  return std::ranges::find(kNear, last) == kNear.end();
}

// `"unauthorized":{`, where the squeezed words alone are also those of others.
bool stands_in(std::string_view text, std::string_view wanted) {
  std::string plain;
  for (const char c : base::to_lower(text)) {
    if (c != ' ' && c != '\n' && c != '\t') plain += c;
  }
  return plain.contains(wanted);
}

bool is_on_the_way(Cause cause) {
  const auto layer = identity::cause_layer(cause);
  return layer == "network" || layer == "tls" || layer == "proxy";
}

// The request as the gateway read it tells more than "does not match".
void refine_signature(Conclusion& out, const CanonicalRequest& canonical) {
  const auto& hash = canonical.payload_hash;
  const bool takes_no_body = canonical.method == "GET" || canonical.method == "DELETE";
  const bool is_json_nothing = hash.starts_with("44136fa3") || hash.starts_with("74234e98") ||
                               hash.starts_with("12ae32cb");  // {}, null, ""
  if (!canonical.doubled.empty()) {
    out.cause = Cause::SignatureHeaderChanged;
    out.confidence = 0.9;
  } else if (takes_no_body && is_json_nothing) {
    out.cause = Cause::SignatureBodyOnGet;
    out.confidence = 0.9;
  } else if (canonical.method == "POST" && hash.starts_with("e3b0c442")) {
    out.alternatives = {{Cause::SignatureBodyChanged, 0.4}};
    out.confidence = 0.6;
  } else if (canonical.host.contains(':')) {
    out.alternatives = {{Cause::SignatureHost, 0.4}};
    out.confidence = 0.6;
  } else {
    out.confidence = 0.7;
    out.alternatives = {{Cause::SignatureCanonicalForm, 0.2}};
  }
}

void refine_times(Conclusion& out, const Observation& seen) {
  const auto signature = base::parse_sdk_date(seen.signature_time);
  const auto server = base::parse_sdk_date(seen.server_time);
  if (!signature || !server) return;
  const auto late = std::chrono::duration_cast<std::chrono::seconds>(*server - *signature).count();
  const auto apart = std::abs(late);
  const auto beside_hour = std::min(apart % 3600, 3600 - apart % 3600);
  if (apart >= 3000 && apart <= 14L * 3600 + 300 && beside_hour <= 300) {
    out.cause = Cause::SignatureTimeZone;
    out.confidence = 0.85;
    out.alternatives = {{Cause::SignatureClockSkew, 0.1}};
  } else if (late > 0) {
    out.cause = Cause::SignatureExpiredReuse;
    out.confidence = 0.6;
    out.alternatives = {{Cause::SignatureClockSkew, 0.4}};
  }
}

// Without its method, a path that some method has is left as it is.
void refine_route(Conclusion& out, const Observation& seen, const catalog::Catalog& catalog) {
  if (seen.host.empty() || seen.path.empty()) return;
  const std::array<std::string_view, 4> usual{"GET", "POST", "PUT", "DELETE"};
  const bool is_told = !seen.method.empty();
  std::optional<Cause> found;
  for (const auto method : usual) {
    const auto route = catalog.route(seen.host, is_told ? seen.method : method, seen.path);
    if (route) return;
    if (!found) found = catalog::cause_of(route.error().reason);
    if (is_told) break;
  }
  out.cause = *found;
}

void refine(Conclusion& out, const Observation& seen, const catalog::Catalog& catalog) {
  switch (out.cause) {
    case Cause::SignatureSecretWrong:
      if (!seen.canonical.method.empty()) refine_signature(out, seen.canonical);
      break;
    case Cause::SignatureClockSkew:
      refine_times(out, seen);
      break;
    case Cause::SignatureAccessKeyUnknown: {
      const auto& key = seen.access_key_id;
      if (key.starts_with("LTAI") || key.starts_with("AKIA") || key.starts_with("ASIA") ||
          key.starts_with("AKID")) {
        out.cause = Cause::SignatureAccessKeyForeign;
      }
      break;
    }
    case Cause::RouteUnknownPath:
      refine_route(out, seen, catalog);
      break;
    default:
      break;
  }
}

// A service whose codes are not known: the status tells the kind.
void conclude_status(Conclusion& out, int status) {
  if (status < 400) return;
  out.confidence = kKindAlone;
  if (status == 400) {
    out.cause = Cause::RequestParameter;
  } else if (status == 403) {
    out.cause = Cause::PermissionNotGranted;
  } else if (status == 404) {
    out.cause = Cause::ResourceNotFound;
  } else if (status == 409) {
    out.cause = Cause::ResourceConflict;
  } else if (status == 413) {
    out.cause = Cause::LimitBody;
  } else if (status == 429) {
    out.cause = Cause::LimitThrottled;
  } else if (status >= 500) {
    out.cause = status == 504 ? Cause::BackendTimeout : Cause::BackendInternal;
  } else {
    out.confidence = 0;
  }
}

}  // namespace

Conclusion conclude(const Observation& seen, const catalog::Catalog& catalog) {
  const auto& known = rules();
  const auto first = known.phrases.search(seen.readable);
  const auto stands = [&](std::size_t phrase) { return first[phrase] != Phrases::kAbsent; };
  const bool is_home =
      std::ranges::any_of(known.home, stands) || catalog.is_cloud_host(seen.host) ||
      std::ranges::any_of(known.rules, [&](const Rule& rule) {
        return !rule.code.empty() && !rule.needs_home && std::ranges::any_of(rule.any, stands);
      });
  Conclusion out;
  if (!is_home) {
    for (const auto& [phrase, mark] : known.foreign) {
      if (!stands(phrase)) continue;
      out.foreign = mark;
      return out;
    }
  }
  std::optional<Hit> best;
  std::vector<Hit> with_row;
  for (const auto& rule : known.rules) {
    const auto hit = holds(rule, first);
    if (!hit) continue;
    if (rule.needs_home && !is_home && !seen.own_shape) continue;
    if (!rule.between.empty() && !stands_in(seen.readable.text, rule.between)) continue;
    if (is_on_the_way(rule.cause) && !is_home && is_other_host(seen.host, catalog)) continue;
    if (rule.row) with_row.push_back(*hit);
    if (!best || is_before(*hit, *best, seen.status)) best = hit;
  }
  if (!best) {
    if (is_home) conclude_status(out, seen.status);
    return out;
  }
  out.cause = best->rule->cause;
  out.confidence = confidence_of(best->rule->tier) - (is_home ? 0.0 : 0.15);
  out.row = best->rule->row;
  std::size_t code_at = Phrases::kAbsent;
  for (const auto& hit : with_row) {
    if (!hit.rule->code.empty() && hit.at < code_at) {
      out.code = hit.rule->code;  // the first that the text holds
      code_at = hit.at;
    }
    if (!out.row && hit.rule->cause == out.cause) out.row = hit.rule->row;
  }
  refine(out, seen, catalog);
  return out;
}

}  // namespace jianmen::diagnose::paste
