#pragma once
// One object of a fixture: typed reading that collects mistakes with their path, and tells unknown
// keys.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "directory/fixture.hpp"

namespace jianmen::directory::detail {

class FixtureRow {
 public:
  FixtureRow(const base::json::value& value, std::string path,
             std::vector<FixtureMistake>& mistakes);

  const std::string& path() const { return path_; }
  std::string at(std::string_view key) const;  // the path of a member
  void mistake(std::string_view key, std::string message);

  bool has(std::string_view key) const;
  std::string text(std::string_view key);           // absent: empty
  std::string required_text(std::string_view key);  // absent or empty: a mistake
  bool flag(std::string_view key, bool otherwise);
  std::optional<std::int64_t> number(std::string_view key);
  const base::json::value* any(std::string_view key);
  // Items of a list with their paths; absent: none.
  std::vector<std::pair<std::string, const base::json::value*>> list(std::string_view key);
  // An id that the fixture gives; a mistake when it could not be one.
  template <class Id>
  std::optional<Id> id(std::string_view key) {
    auto text = checked_id(key);
    return text ? std::optional(Id(std::move(*text))) : std::nullopt;
  }

  void refuse_unknown();  // last

 private:
  std::optional<std::string> checked_id(std::string_view key);

  const base::json::value& value_;
  std::string path_;
  std::vector<FixtureMistake>& mistakes_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace jianmen::directory::detail
