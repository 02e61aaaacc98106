#pragma once
// What happened to each request, by request id: bounded, in memory, one shard a worker. An entry
// holds no secret, no token and no body; text from outside is cut to a bound. What a refused
// signature needs to be explained is kept beside it for a while (signature_evidence.hpp). Thread
// safety: Shard::add from its worker; find and list from any thread (a short lock on each shard).

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "call/call.hpp"
#include "catalog/catalog.hpp"
#include "crypto/system_random.hpp"
#include "gateway/signature_evidence.hpp"
#include "identity/principal.hpp"
#include "identity/refusal.hpp"

namespace jianmen::gateway {

enum class Verdict { Allowed, Refused, Failed };  // Failed: 5xx, nothing that the caller did

std::string_view verdict_name(Verdict verdict);  // "allowed" | "refused" | "failed"

// The caller as the journal keeps it.
struct JournalPrincipal {
  std::string account, user, access_key_id, scope_kind, scope_project, scope_project_id;
  identity::CredentialKind credential = identity::CredentialKind::Token;
};

struct JournalEntry {
  std::string request_id;  // 32 hex digits
  base::Time time{};
  Verdict verdict = Verdict::Allowed;
  std::string method, host, path, query, peer;
  std::string trace_id;  // of a valid traceparent: 32 hex digits; empty: none came
  const catalog::Operation* operation = nullptr;
  std::shared_ptr<const JournalPrincipal> principal;  // nullptr: nobody proved to be somebody
  int status = 0;
  std::string code, message;  // of the answer, when it refused
  std::optional<identity::Refusal> refusal;
  call::Steps steps;
  std::int64_t us = 0;                              // from the parsed head to the answer
  std::weak_ptr<const SignatureEvidence> evidence;  // of a signature that did not hold
};

class Journal {
 public:
  Journal(std::size_t capacity, unsigned shards, const EvidenceLimits& limits = {});
  ~Journal();

  class Shard {
   public:
    Shard(std::size_t capacity, const EvidenceLimits& limits, const crypto::Vault& vault)
        : capacity_(capacity), shelf_(limits), vault_(vault) {}
    // A slot to fill under the shard's lock: a new one, or the oldest entry with its strings'
    // memory kept. `fill` must be quick.
    template <class Fill>
    void add(Fill fill) {
      const std::lock_guard lock(mutex_);
      fill(next_slot());
    }
    // The same for a refused signature, with what a search for its fault will need.
    template <class Fill>
    void add_with_evidence(const http::Request& request, base::Time time, Fill fill) {
      auto evidence = std::make_shared<const SignatureEvidence>(request, time, vault_);
      const std::lock_guard lock(mutex_);
      auto& slot = next_slot();
      fill(slot);
      slot.evidence = shelf_.put(std::move(evidence));
    }

   private:
    friend class Journal;
    static constexpr std::size_t kChunk = 256;

    JournalEntry& next_slot();
    const JournalEntry& at(std::size_t age) const;  // 0: the newest

    std::size_t capacity_;
    mutable std::mutex mutex_;
    // In chunks, so that entries never move and memory comes only as requests do.
    std::vector<std::unique_ptr<JournalEntry[]>> chunks_;
    std::size_t size_ = 0;
    std::size_t next_ = 0;     // where the next entry goes
    std::uint64_t added_ = 0;  // ever
    EvidenceShelf shelf_;
    const crypto::Vault& vault_;
  };
  Shard& shard(unsigned worker);

  struct Filter {
    bool refused_only = false;
    base::Time after{};  // strictly later
    std::size_t limit = 100;
  };
  std::optional<JournalEntry> find(std::string_view request_id) const;
  std::optional<JournalEntry> last(bool refused_only) const;
  std::vector<JournalEntry> list(
      const Filter& filter) const;  // oldest first, the newest `limit` of them
  // How many entries of each shard a reader has seen; empty: none.
  using Position = std::vector<std::uint64_t>;
  struct Batch {
    std::vector<JournalEntry> entries;  // oldest first
    std::uint64_t missed = 0;           // came and went, or were left out, before these
  };
  // What came after `position`, which moves on: at most `limit` entries of a shard at a time. Who
  // is more than `keep_up` of a shard behind goes on from there. For readers who follow: costs
  // nothing when nothing came.
  Batch read_on(Position& position, std::size_t limit, std::size_t keep_up) const;
  void clear();

  // Opens evidence. The key is made at start and nowhere written.
  const crypto::Vault& evidence_vault() const { return *vault_; }
  // Lets go of evidence that is too old.
  void drop_old_evidence(base::Time now);

 private:
  crypto::SystemRandom random_;
  std::unique_ptr<crypto::Vault> vault_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace jianmen::gateway
