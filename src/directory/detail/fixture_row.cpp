#include "directory/detail/fixture_row.hpp"

namespace jianmen::directory::detail {

FixtureRow::FixtureRow(const base::json::value& value, std::string path,
                       std::vector<FixtureMistake>& mistakes)
    : value_(value), path_(std::move(path)), mistakes_(mistakes) {
  if (!value_.is_object()) mistakes_.push_back({path_, "must be an object"});
}

std::string FixtureRow::at(std::string_view key) const {
  if (path_.empty()) return std::string(key);
  return path_ + '.' + std::string(key);
}

void FixtureRow::mistake(std::string_view key, std::string message) {
  mistakes_.push_back({key.empty() ? path_ : at(key), std::move(message)});
}

bool FixtureRow::has(std::string_view key) const { return base::find(value_, key) != nullptr; }

const base::json::value* FixtureRow::any(std::string_view key) {
  known_.emplace(key);
  return base::find(value_, key);
}

std::string FixtureRow::text(std::string_view key) {
  const auto* value = any(key);
  if (value == nullptr) return {};
  if (value->is_string()) return std::string(std::string_view(value->get_string()));
  mistake(key, "must be a text");
  return {};
}

std::string FixtureRow::required_text(std::string_view key) {
  if (any(key) == nullptr) {
    if (value_.is_object()) mistake("", "needs \"" + std::string(key) + '"');
    return {};
  }
  const std::size_t before = mistakes_.size();
  auto out = text(key);
  if (out.empty() && mistakes_.size() == before) mistake(key, "must not be empty");
  return out;
}

bool FixtureRow::flag(std::string_view key, bool otherwise) {
  const auto* value = any(key);
  if (value == nullptr) return otherwise;
  if (value->is_bool()) return value->get_bool();
  mistake(key, "must be true or false");
  return otherwise;
}

std::optional<std::int64_t> FixtureRow::number(std::string_view key) {
  if (any(key) == nullptr) return std::nullopt;
  auto out = base::find_int(value_, key);
  if (!out) mistake(key, "must be a whole number");
  return out;
}

std::vector<std::pair<std::string, const base::json::value*>> FixtureRow::list(
    std::string_view key) {
  std::vector<std::pair<std::string, const base::json::value*>> out;
  const auto* value = any(key);
  if (value == nullptr) return out;
  if (!value->is_array()) {
    mistake(key, "must be a list");
    return out;
  }
  for (std::size_t i = 0; i < value->get_array().size(); ++i) {
    out.emplace_back(at(key) + '[' + std::to_string(i) + ']', &value->get_array()[i]);
  }
  return out;
}

std::optional<std::string> FixtureRow::checked_id(std::string_view key) {
  auto out = text(key);
  if (out.empty()) return std::nullopt;
  if (is_well_formed_id(out)) return out;
  mistake(key, "must be 1 to 64 letters, digits, '-' and '_'");
  return std::nullopt;
}

void FixtureRow::refuse_unknown() {
  if (!value_.is_object()) return;
  for (const auto& member : value_.get_object()) {
    const std::string_view key = member.key();
    if (!known_.contains(key)) mistake(key, "unknown key");
  }
}

}  // namespace jianmen::directory::detail
