#pragma once
// What a transaction means, written once for every form: its conditions against a table, then its
// operations upon it. A form gives a Table over its own way of keeping keys. Thread safety: none;
// the caller holds the write side of its form.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/store.hpp"

namespace jianmen::store::detail {

struct Stamp {
  Revision created = 0, modified = 0;
  std::int64_t version = 0;
};

class Table {
 public:
  virtual ~Table() = default;
  virtual base::Result<std::optional<Stamp>> find(std::string_view key) = 0;
  virtual base::Result<std::vector<std::string>> keys(std::string_view begin,
                                                      std::string_view end) = 0;
  virtual base::Result<> put(const Entry& entry) = 0;
  virtual base::Result<> erase(std::string_view key) = 0;  // of a key that is there
};

using Changes = std::vector<Change>;

// Writes at revision `next`. An error comes from the table and may leave it half written: undo is
// the caller's.
base::Result<std::variant<Changes, Conflict>> apply(const Transaction& transaction, Revision next,
                                                    Table& table);

}  // namespace jianmen::store::detail
