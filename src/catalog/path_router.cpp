#include "catalog/path_router.hpp"

#include <algorithm>

#include "catalog/detail/router.hpp"

namespace jianmen::catalog {

namespace {

constexpr std::size_t kNearest = 3;

Route make_route(const detail::Path& path, const detail::Router::Match& match) {
  Route route;
  route.candidates = match.leaf->operations;
  route.values.reserve(match.leaf->names.size());
  for (std::size_t i = 0; i < match.leaf->names.size(); ++i) {
    route.values.push_back({match.leaf->names[i], std::string(path[match.captured[i]].text)});
  }
  return route;
}

}  // namespace

struct PathRouter::State {
  detail::Router router;
  std::vector<const Operation*> operations;
};

PathRouter::PathRouter() : state_(std::make_unique<State>()) {}
PathRouter::~PathRouter() = default;
PathRouter::PathRouter(PathRouter&&) noexcept = default;
PathRouter& PathRouter::operator=(PathRouter&&) noexcept = default;

base::Result<> PathRouter::add(const Operation& operation) {
  const auto same = [&](const Operation* other) {
    return other->method == operation.method && other->path == operation.path;
  };
  if (std::ranges::any_of(state_->operations, same)) {
    return base::fail(base::Code::InvalidArgument,
                      operation.method + " " + operation.path + " is there already");
  }
  auto added = state_->router.add(operation, operation.path, {});
  if (!added) return added;
  state_->operations.push_back(&operation);
  return {};
}

std::expected<Route, NoRoute> PathRouter::find(std::string_view method,
                                               std::string_view path) const {
  detail::Path segments;
  if (const auto fault = segments.parse(path)) {
    const bool empty = *fault == detail::Path::Fault::EmptySegment;
    return std::unexpected(
        NoRoute{empty ? NoRoute::Reason::EmptySegment : NoRoute::Reason::UnknownPath, {}});
  }
  auto match = state_->router.find(segments, method);
  if (!match.leaf && method == "HEAD") match = state_->router.find(segments, "GET");
  if (match.leaf) return make_route(segments, match);

  NoRoute none{NoRoute::Reason::UnknownPath, {}};
  for (const Operation* operation : state_->operations) {
    if (!state_->router.find(segments, operation->method).leaf) continue;
    none.reason = NoRoute::Reason::Method;
    std::string near = operation->method + " " + operation->path + " (" + operation->service + ")";
    if (none.nearest.size() < kNearest &&
        std::ranges::find(none.nearest, near) == none.nearest.end()) {
      none.nearest.push_back(std::move(near));
    }
  }
  return std::unexpected(std::move(none));
}

}  // namespace jianmen::catalog
