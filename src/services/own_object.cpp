#include "services/own_object.hpp"

#include "base/encoding.hpp"

namespace jianmen::services {

std::string named_user(const directory::Directory& directory, const Call& call) {
  const std::string_view at = call.operation.self_at;
  if (at == "path.access_key") {  // the owner of that key
    const auto key = directory.find_access_key(identity::AccessKeyId(call.path("access_key")));
    return key ? key->user.value : std::string();
  }
  if (at.starts_with("path.")) return std::string(call.path(at.substr(5)));
  if (at.starts_with("query.")) {
    const auto value = call.query(at.substr(6));
    return value ? std::string(*value) : (call.principal ? call.principal->id : std::string());
  }
  if (at.starts_with("body.")) {
    const base::json::value* value = &call.body;
    for (const auto part : base::split(at.substr(5), '.')) {
      value = base::find(*value, part);
      if (!value) return {};
    }
    return value->is_string() ? std::string(value->get_string()) : std::string();
  }
  return {};
}

bool is_own_object(const directory::Directory& directory, const Call& call) {
  if (!call.principal || call.principal->kind != identity::Principal::Kind::User) return false;
  return named_user(directory, call) == call.principal->id;
}

}  // namespace jianmen::services
