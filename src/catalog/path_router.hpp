#pragma once
// Path templates of one's own beside the catalogue's, matched by the same rules: literals win over
// {placeholders}, those over a `**` at the end, which takes all that is left. Immutable once
// filled; any thread may read. The operations outlive it.

#include <expected>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalog/catalog.hpp"
#include "catalog/operation.hpp"

namespace jianmen::catalog {

class PathRouter {
 public:
  PathRouter();
  ~PathRouter();
  PathRouter(PathRouter&&) noexcept;
  PathRouter& operator=(PathRouter&&) noexcept;

  // By the operation's method and path. An error says what is wrong with the path; two operations
  // of one method and path are one too many.
  base::Result<> add(const Operation& operation);

  // HEAD is GET where no row says HEAD. The route's service and region are nullptr.
  std::expected<Route, NoRoute> find(std::string_view method, std::string_view path) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace jianmen::catalog
