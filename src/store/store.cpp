#include "store/store.hpp"

#include <utility>

namespace jianmen::store {

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

Transaction& Transaction::require_absent(std::string key) {
  conditions.push_back({Condition::Kind::Absent, std::move(key), 0});
  return *this;
}

Transaction& Transaction::require_exists(std::string key) {
  conditions.push_back({Condition::Kind::Exists, std::move(key), 0});
  return *this;
}

Transaction& Transaction::require_revision(std::string key, Revision revision) {
  conditions.push_back({Condition::Kind::ModifiedAt, std::move(key), revision});
  return *this;
}

Transaction& Transaction::put(std::string key, std::string value) {
  operations.push_back({Operation::Kind::Put, std::move(key), std::move(value)});
  return *this;
}

Transaction& Transaction::erase(std::string key) {
  operations.push_back({Operation::Kind::Delete, std::move(key), {}});
  return *this;
}

Transaction& Transaction::erase_range(std::string begin, std::string end) {
  operations.push_back({Operation::Kind::DeleteRange, std::move(begin), std::move(end)});
  return *this;
}

}  // namespace jianmen::store
