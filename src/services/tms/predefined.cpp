#include "services/tms/predefined.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/encoding.hpp"
#include "services/tms/faults.hpp"

namespace jianmen::services::tms {

namespace {

constexpr std::size_t kMostKey = 36, kMostValue = 43;
constexpr int kAttempts = 64;
constexpr std::string_view kSigns = " _.:=+-@";

// Of the characters beyond ASCII every one but controls counts as a letter of some language.
bool is_text(std::string_view text, std::size_t most, std::string_view more) {
  if (!base::is_utf8(text)) return false;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c & 0xC0) != 0x80) ++characters;
    if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      return false;
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool sign = kSigns.find(text[i]) != std::string_view::npos ||
                      more.find(text[i]) != std::string_view::npos;
    if (c < 0x80 && !letter && !sign) return false;
  }
  return characters <= most;
}

std::string prefix_of(std::string_view account) { return "t/" + std::string(account) + "/p/"; }

// A key holds no '/', so the first one ends it.
std::string key_of(std::string_view account, const Tag& tag) {
  return prefix_of(account) + tag.key + "/" + tag.value;
}

std::string fence_of(std::string_view account) { return "t/" + std::string(account) + "/f"; }

std::string record_of(base::Time time) { return std::to_string(time.time_since_epoch().count()); }

std::expected<bool, Fault> commit(store::Store& store, store::Transaction transaction) {
  store::CommitResult result = store.commit(std::move(transaction));
  if (!result) return services::fault(result.error());
  return std::holds_alternative<store::Committed>(*result);
}

}  // namespace

bool is_key(std::string_view key) { return !key.empty() && is_text(key, kMostKey, ""); }
bool is_value(std::string_view value) { return is_text(value, kMostValue, "/"); }

std::vector<PredefinedTag> PredefinedTags::list(std::string_view account) const {
  const std::unique_ptr<store::Snapshot> snapshot = store_.snapshot();
  const std::string prefix = prefix_of(account);
  const store::RangeResult range = snapshot->range(prefix, store::prefix_end(prefix), 0);
  std::vector<PredefinedTag> tags;
  tags.reserve(range.entries.size());
  for (const store::EntryView& entry : range.entries) {
    const std::string_view pair = entry.key.substr(prefix.size());
    const std::size_t slash = pair.find('/');
    std::int64_t updated = 0;
    std::from_chars(entry.value.data(), entry.value.data() + entry.value.size(), updated);
    if (slash == std::string_view::npos) continue;
    tags.push_back({{std::string(pair.substr(0, slash)), std::string(pair.substr(slash + 1))},
                    base::Time(base::Duration(updated))});
  }
  return tags;
}

// The fence makes two creates of one account follow each other, so that the quota holds.
std::expected<void, Fault> PredefinedTags::put(std::string_view account,
                                               const std::vector<Tag>& tags, base::Time now) const {
  const std::set<Tag> wanted(tags.begin(), tags.end());
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    store::Transaction transaction;
    std::size_t fresh = 0;
    {
      const std::unique_ptr<store::Snapshot> snapshot = store_.snapshot();
      const std::string fence = fence_of(account), prefix = prefix_of(account);
      if (const auto entry = snapshot->get(fence)) {
        transaction.require_revision(fence, entry->modified);
      } else {
        transaction.require_absent(fence);
      }
      transaction.put(fence, "");
      for (const Tag& tag : wanted) {
        if (!snapshot->get(key_of(account, tag))) ++fresh;
        transaction.put(key_of(account, tag), record_of(now));
      }
      const std::size_t there =
          fresh ? snapshot->range(prefix, store::prefix_end(prefix), 0).entries.size() : 0;
      if (fresh > 0 && there + fresh > quota_) return tms_fault("TMS.1001");
    }
    const auto done = commit(store_, std::move(transaction));
    if (!done) return std::unexpected(done.error());
    if (*done) return {};
  }
  return fault(FaultKind::Conflict);
}

std::expected<void, Fault> PredefinedTags::erase(std::string_view account,
                                                 const std::vector<Tag>& tags) const {
  store::Transaction transaction;
  for (const Tag& tag : std::set<Tag>(tags.begin(), tags.end()))
    transaction.erase(key_of(account, tag));
  const auto done = commit(store_, std::move(transaction));
  if (!done) return std::unexpected(done.error());
  return {};
}

std::expected<void, Fault> PredefinedTags::replace(std::string_view account, const Tag& before,
                                                   const Tag& after, base::Time now) const {
  const std::string from = key_of(account, before), to = key_of(account, after);
  {
    const std::unique_ptr<store::Snapshot> snapshot = store_.snapshot();
    if (!snapshot->get(from)) return tms_fault("TMS.1002");
    if (snapshot->get(to)) return tms_fault("TMS.1003");
  }
  store::Transaction transaction;
  transaction.require_exists(from).require_absent(to).erase(from).put(to, record_of(now));
  const auto done = commit(store_, std::move(transaction));
  if (!done) return std::unexpected(done.error());
  if (!*done) return fault(FaultKind::Conflict);
  return {};
}

}  // namespace jianmen::services::tms
