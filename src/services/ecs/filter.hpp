#pragma once
// The filters of the three lists (native v1, slim v1.1, Nova), each read from its own query names
// into one value. Pure.

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/call.hpp"
#include "services/ecs/checks.hpp"
#include "services/ecs/server.hpp"

namespace jianmen::services::ecs {

// A name pattern as this wire takes it: found anywhere in the name, `.` any character, `x*` any
// number of x, `^` and
// `$` the ends, letters of either case. Time is bounded by pattern × name.
class NamePattern {
 public:
  explicit NamePattern(std::string_view pattern);
  bool matches(std::string_view name) const;

 private:
  struct Atom {
    char character = 0;
    bool any = false, repeated = false;
  };
  std::vector<Atom> atoms_;
  bool from_start_ = false, to_end_ = false;
};

struct TagTerm {
  std::string key;
  std::optional<std::string> value;  // none: any
};

struct Filter {
  std::optional<NamePattern> name;
  std::optional<std::string> flavor, status, ip_part, ip, reservation, enterprise_project, image,
      zone_part, zone, key_name, metadata_key;
  std::vector<std::string> ids;
  std::vector<TagTerm> tags, not_tags, metadata;
  std::optional<base::Time> changed_since, launched_since;
  std::optional<bool> prepaid;
  bool nothing = false;  // asks for what does not exist here (recycle bin, spot, …)

  bool matches(const Server& server) const;
};

Filter native_filter(const Call& call);
std::expected<Filter, Fault> slim_filter(const Call& call);
std::expected<Filter, Fault> nova_filter(const Call& call);

std::vector<TagTerm> read_tag_terms(std::string_view text);  // "k=v,k2=v2"

}  // namespace jianmen::services::ecs
