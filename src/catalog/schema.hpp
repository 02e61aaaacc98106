#pragma once
// The compact schema notation of data/operations/*.json and a checker for it:
//   str string int bool float any datetime · [T] array · {T} or {K:V} map · $Name or @Name: a named
//   object · (a|b) enum, of a list's elements too · suffix ! required · after a blank: len=a-b
//   range=a-b default=x enum=a|b
// An object may be written out in place of a type; it is required when one of its members is.
// Unknown members are allowed (clients are newer than tables); null counts as not given.

#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "catalog/catalog.hpp"

namespace jianmen::catalog {

struct SchemaFault {
  enum class Kind { Missing, WrongType, NotAllowed, OutOfRange };
  Kind kind = Kind::WrongType;
  std::string where;     // "server.nics[0].subnet_id"; empty: the body itself
  std::string key;       // "subnet_id"
  std::string expected;  // "a string", "one of SOFT, HARD", "1 to 64 characters"
};

// The first fault of `body` against the body schema of `operation`; nullopt when it fits or there
// is no schema.
std::optional<SchemaFault> check_body(const Catalog& catalog, const Operation& operation,
                                      const base::json::value& body);
// A missing body is null: then the first member that is required is the fault.
// The same for query parameters: required ones, and int/bool/enum values. `query` holds decoded
// names and values.
std::optional<SchemaFault> check_query(
    const Operation& operation, const std::vector<std::pair<std::string, std::string>>& query);

}  // namespace jianmen::catalog
