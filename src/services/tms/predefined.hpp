#pragma once
// The predefined tags of an account: pairs of key and value, under t/<account>/p/<key>/<value> of
// the store. Thread safety: any thread; writes block until durable.

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "services/call.hpp"
#include "store/store.hpp"

namespace jianmen::services::tms {

struct Tag {
  std::string key, value;
  friend auto operator<=>(const Tag&, const Tag&) = default;
};

struct PredefinedTag {
  Tag tag;
  base::Time updated{};
};

// 1 to 36 and 0 to 43 characters: letters of any language, digits, blank and _ . : = + - @, in
// values also /.
bool is_key(std::string_view key);
bool is_value(std::string_view value);

class PredefinedTags {
 public:
  PredefinedTags(store::Store& store, unsigned quota) : store_(store), quota_(quota) {}

  std::vector<PredefinedTag> list(std::string_view account) const;
  // All or nothing. A pair that is there gets the new time.
  std::expected<void, Fault> put(std::string_view account, const std::vector<Tag>& tags,
                                 base::Time now) const;
  std::expected<void, Fault> erase(std::string_view account, const std::vector<Tag>& tags) const;
  std::expected<void, Fault> replace(std::string_view account, const Tag& before, const Tag& after,
                                     base::Time now) const;
  unsigned quota() const { return quota_; }

 private:
  store::Store& store_;
  unsigned quota_;
};

}  // namespace jianmen::services::tms
