#include "catalog/route_refusal.hpp"

namespace jianmen::catalog {

using identity::Cause;
using identity::Refusal;

Cause cause_of(NoRoute::Reason reason) {
  using Reason = NoRoute::Reason;
  switch (reason) {
    case Reason::UnknownHost:
      return Cause::RouteUnknownHost;
    case Reason::UnknownPath:
      return Cause::RouteUnknownPath;
    case Reason::Method:
      return Cause::RouteMethod;
    case Reason::OtherService:
      return Cause::RouteOtherService;
    case Reason::EmptySegment:
      return Cause::RouteEmptySegment;
    case Reason::Placeholder:
      return Cause::RoutePlaceholder;
    case Reason::RegionIsZone:
      return Cause::RouteRegionIsAz;
    case Reason::NotInRegion:
      return Cause::RouteNotInRegion;
    case Reason::Version:
      return Cause::RouteVersion;
  }
  return Cause::RouteUnknownPath;
}

Refusal refusal_of(const NoRoute& none) {
  Refusal refusal{cause_of(none.reason), {}};
  for (const auto& near : none.nearest) refusal.with("nearest", near);
  return refusal;
}

}  // namespace jianmen::catalog
