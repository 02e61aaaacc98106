#include "services/call.hpp"

#include "base/encoding.hpp"
#include "services/error_profile.hpp"

namespace jianmen::services {

std::string_view Call::path(std::string_view name) const {
  for (const auto& [key, value] : path_values) {
    if (key == name) return value;
  }
  return {};
}

std::optional<std::string_view> Call::query(std::string_view name) const {
  for (const auto& [key, value] : query_values) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Call::queries(std::string_view name) const {
  std::vector<std::string_view> found;
  for (const auto& [key, value] : query_values) {
    if (key == name) found.emplace_back(value);
  }
  return found;
}

std::optional<std::string_view> Call::header(std::string_view name) const {
  for (const auto& [key, value] : header_values) {
    if (base::equals_ignore_case(key, name)) return value;
  }
  return std::nullopt;
}

std::string Call::base_url() const {
  return std::string(secure ? "https://" : "http://").append(host);
}

Reply Reply::empty(int status) {
  Reply reply;
  reply.status = status;
  return reply;
}

Reply Reply::written(std::string text) {
  Reply reply;
  reply.text = std::move(text);
  return reply;
}

std::unexpected<Fault> fault(const base::Error& error) {
  const auto kind = [&] {
    switch (error.code) {
      case base::Code::InvalidArgument:
        return FaultKind::Parameter;
      case base::Code::Unauthenticated:
        return FaultKind::Unauthenticated;
      case base::Code::Denied:
        return FaultKind::Denied;
      case base::Code::NotFound:
        return FaultKind::NotFound;
      case base::Code::Conflict:
        return FaultKind::Conflict;
      case base::Code::TooLarge:
        return FaultKind::Quota;
      case base::Code::Unavailable:
        return FaultKind::Unavailable;
      case base::Code::Internal:
        return FaultKind::Internal;
    }
    return FaultKind::Internal;
  }();
  if (kind != FaultKind::Unavailable && kind != FaultKind::Internal)
    return fault(kind, {}, error.message);
  auto ours = fault(kind);
  ours.error().refusal = identity::Refusal{cause_of(kind), {}};
  ours.error().refusal->with("why", error.message);
  return ours;
}

}  // namespace jianmen::services
