#include "diagnose/signature/investigate.hpp"

#include <algorithm>
#include <set>

#include "base/encoding.hpp"
#include "crypto/digest.hpp"

namespace jianmen::diagnose::signature {

namespace {

constexpr std::size_t kHostsOfJournal = 256;  // newest entries whose hosts are looked at

class Hosts {
 public:
  void add(std::string_view host) {
    if (!host.empty() && seen_.emplace(host).second) hosts_.emplace_back(host);
  }
  std::vector<std::string> take() { return std::move(hosts_); }

 private:
  std::set<std::string, std::less<>> seen_;
  std::vector<std::string> hosts_;
};

std::shared_ptr<const Finding> skipped(Skipped why) {
  Finding finding;
  finding.complete = false;
  finding.skipped = why;
  return std::make_shared<const Finding>(std::move(finding));
}

}  // namespace

Investigator::Investigator(const catalog::Catalog& catalog, const directory::Directory& directory,
                           const authn::TokenRing& ring, gateway::Journal& journal,
                           const base::Clock& clock, const InvestigationLimits& limits)
    : catalog_(catalog),
      directory_(directory),
      ring_(ring),
      journal_(journal),
      clock_(clock),
      limits_(limits) {}

Investigator::~Investigator() = default;

std::shared_ptr<const Finding> Investigator::investigate(const gateway::JournalEntry& entry) {
  if (!entry.refusal || entry.refusal->cause != identity::Cause::SignatureSecretWrong)
    return nullptr;
  journal_.drop_old_evidence(clock_.now());
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = found_.find(entry.request_id); known != found_.end())
      return known->second;
  }
  const auto question = question_of(entry);
  if (!question) return skipped(Skipped::EvidenceGone);
  if (!may_search(question->access_key_id)) return skipped(Skipped::Limit);
  auto finding = std::make_shared<const Finding>(search(*question, limits_.search));
  const std::lock_guard lock(mutex_);
  if (found_.emplace(entry.request_id, finding).second) order_.push_back(entry.request_id);
  while (order_.size() > limits_.kept) {
    found_.erase(order_.front());
    order_.pop_front();
  }
  return finding;
}

// A token bucket a key.
bool Investigator::may_search(const std::string& access_key_id) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.now();
  const double most = limits_.searches_a_minute;
  auto found = buckets_.find(access_key_id);
  if (found == buckets_.end()) {
    if (buckets_.size() >= limits_.keys) buckets_.erase(buckets_.begin());
    found = buckets_.emplace(access_key_id, Bucket{most, now}).first;
  }
  auto& bucket = found->second;
  const double seconds = std::chrono::duration<double>(now - bucket.filled).count();
  bucket.tokens = std::min(most, bucket.tokens + std::max(0.0, seconds) * most / 60);
  bucket.filled = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

std::optional<Question> Investigator::question_of(const gateway::JournalEntry& entry) const {
  const auto evidence = entry.evidence.lock();
  if (!evidence) return std::nullopt;
  auto opened = evidence->open(journal_.evidence_vault());
  Question question{.method = std::move(opened.method),
                    .path = std::move(opened.path),
                    .query = std::move(opened.query),
                    .headers = {},
                    .body = std::move(opened.body),
                    .body_whole = opened.body_whole};
  for (auto& [name, value] : opened.headers) {
    question.headers.push_back({std::move(name), std::move(value)});
  }
  const auto* header = question.find("authorization");
  const auto authorization = header
                                 ? authn::signature::parse_authorization(header->value)
                                 : std::unexpected(identity::Refusal{identity::Cause::Unknown, {}});
  if (!authorization) return std::nullopt;
  question.algorithm = authorization->algorithm;
  question.access_key_id = authorization->access_key_id;
  question.scope = authorization->scope;
  question.signed_headers = authorization->signed_headers;
  question.signature = authorization->signature;

  const auto payload_name = authn::signature::payload_header_name(question.algorithm);
  const auto* given = question.find(payload_name);
  if (given && authn::signature::lists_header(question.signed_headers, payload_name)) {
    question.payload = given->value;
  } else if (question.body_whole) {
    question.payload =
        crypto::hex_digest(authn::signature::hash_of(question.algorithm), question.body);
  } else if (const auto* canonical = entry.refusal->find("canonical_request")) {
    question.payload = canonical->substr(canonical->rfind('|') + 1);
  }

  std::optional<identity::AccountId> account;
  if (const auto key = directory_.find_access_key(identity::AccessKeyId(question.access_key_id))) {
    auto secret = directory_.load_secret(*key);
    if (!secret) return std::nullopt;
    question.secret = std::move(*secret);
    account = key->account;
  } else if (const auto* token = question.find("x-security-token")) {
    auto claims = ring_.open(token->value, authn::Purpose::SecurityToken);
    if (!claims || claims->secret.empty()) return std::nullopt;
    question.secret = std::move(claims->secret);
    account = claims->principal.account;
  } else {
    return std::nullopt;
  }

  // Other keys of the account, a few hundred at most: the user's own come along with them.
  constexpr std::size_t kMostKeys = 400;
  for (const auto& user : directory_.list_users(*account)) {
    if (question.other_keys.size() >= kMostKeys) break;
    for (const auto& key : directory_.list_access_keys(user.id)) {
      if (key.id.value == question.access_key_id) continue;
      if (auto secret = directory_.load_secret(key))
        question.other_keys.push_back({key.id.value, std::move(*secret)});
    }
  }
  question.ids.push_back(account->value);
  for (const auto& project : directory_.list_projects(*account)) {
    question.ids.push_back(project.id.value);
  }

  // Names that this server is known by, likeliest first: those others used, then the catalogue's.
  Hosts hosts;
  for (const auto& other :
       journal_.list({.refused_only = false, .after = {}, .limit = kHostsOfJournal}))
    hosts.add(other.host);
  const auto route = catalog_.route(entry.host, question.method, question.path);
  const std::string service = entry.operation ? entry.operation->service : std::string();
  if (!service.empty()) {
    for (const auto& endpoint : catalog_.endpoints(service, "")) hosts.add(endpoint.host);
  }
  for (const auto& each : catalog_.services()) {
    for (const auto& endpoint : catalog_.endpoints(each.name, "")) {
      if (!endpoint.region || endpoint.region->id.starts_with("cn-north-4"))
        hosts.add(endpoint.host);
    }
  }
  question.hosts = hosts.take();
  constexpr std::size_t kMostHosts = 2000;
  if (question.hosts.size() > kMostHosts) question.hosts.resize(kMostHosts);
  for (const auto& region : catalog_.regions()) question.regions.push_back(region.id);
  for (const auto& each : catalog_.services()) question.services.push_back(each.name);
  question.services.emplace_back("iotdm");  // the one client that derives its keys
  if (route) {
    for (const auto* operation : route->candidates) {
      if (operation->dispatch.kind == catalog::Dispatch::Kind::TopKey)
        question.body_keys.push_back(operation->dispatch.key);
      for (const auto& parameter : operation->query_parameters) {
        question.parameters.emplace_back(parameter.name);
      }
    }
  }
  return question;
}

}  // namespace jianmen::diagnose::signature
