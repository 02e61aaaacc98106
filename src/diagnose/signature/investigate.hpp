#pragma once
// From a journal entry to what its signature's fault is: gathers what the directory and the
// catalogue know around the request, and searches. Only when somebody asks, a bounded number of
// times a minute for each access key (a search tells whether a guess about a secret is near: it
// must not be an oracle); what was found is kept for a while. Thread safety: any thread; blocks for
// up to a search's time, so not on a loop.

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "authn/token/token.hpp"
#include "base/clock.hpp"
#include "catalog/catalog.hpp"
#include "diagnose/signature/search.hpp"
#include "directory/directory.hpp"
#include "gateway/journal.hpp"

namespace jianmen::diagnose::signature {

struct InvestigationLimits {
  Limits search;
  unsigned searches_a_minute = 30;  // of one access key, across requests
  std::size_t kept = 512;           // findings
  std::size_t keys = 4096;          // access keys that are counted
};

class Investigator {
 public:
  Investigator(const catalog::Catalog& catalog, const directory::Directory& directory,
               const authn::TokenRing& ring, gateway::Journal& journal, const base::Clock& clock,
               const InvestigationLimits& limits = {});
  ~Investigator();

  // nullptr: not a signature that did not hold. Finding::skipped: its evidence is gone, or too many
  // were asked for; that is not kept.
  std::shared_ptr<const Finding> investigate(const gateway::JournalEntry& entry);

 private:
  struct Bucket {
    double tokens = 0;
    base::Time filled{};
  };
  std::optional<Question> question_of(const gateway::JournalEntry& entry) const;
  bool may_search(const std::string& access_key_id);

  const catalog::Catalog& catalog_;
  const directory::Directory& directory_;
  const authn::TokenRing& ring_;
  gateway::Journal& journal_;
  const base::Clock& clock_;
  const InvestigationLimits limits_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Finding>> found_;
  std::deque<std::string> order_;  // of found_, oldest first
  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace jianmen::diagnose::signature
