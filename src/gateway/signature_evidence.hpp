#pragma once
// What a search for a signature's fault needs of the request: kept for refused signatures alone,
// bounded in count, bytes and age, apart from the journal's entries. Never an SK; the values of
// credential headers are sealed with a key that lives as long as the process. The body may hold
// passwords: it is kept to be hashed, nothing prints it. One block of memory a request.
// Thread safety: evidence is immutable; a shelf belongs to one journal shard and its lock.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "crypto/vault.hpp"
#include "http/message.hpp"

namespace jianmen::gateway {

// Longer bodies are not kept; their digest is the last line of the refusal's canonical request.
constexpr std::size_t kEvidenceBody = 64U << 10;

class SignatureEvidence {
 public:
  SignatureEvidence(const http::Request& request, base::Time time, const crypto::Vault& vault);

  struct Opened {
    std::string method, path;
    std::optional<std::string> query;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    bool body_whole = true;
  };
  Opened open(const crypto::Vault& vault) const;

  base::Time time() const { return time_; }
  std::size_t size() const { return packed_.size() + sizeof *this; }

 private:
  void pack(std::string_view text);

  base::Time time_;
  bool body_whole_ = true;
  std::string packed_;  // length (4 bytes) and bytes of each text
};

struct EvidenceLimits {
  std::size_t count = 4096;
  std::size_t bytes = 32U << 20;
  base::Duration age = std::chrono::minutes(30);
};

class EvidenceShelf {
 public:
  explicit EvidenceShelf(const EvidenceLimits& limits) : limits_(limits) {}
  std::weak_ptr<const SignatureEvidence> put(std::shared_ptr<const SignatureEvidence> evidence);
  void drop_old(base::Time now);
  void clear();
  std::size_t count() const { return kept_.size(); }

 private:
  void drop_first();

  EvidenceLimits limits_;
  std::deque<std::shared_ptr<const SignatureEvidence>> kept_;
  std::size_t bytes_ = 0;
};

}  // namespace jianmen::gateway
