#include "service_kind.hpp"

namespace jianmen::app {

std::string_view kind_name(catalog::ServiceKind kind) {
  switch (kind) {
    case catalog::ServiceKind::Regional:
      return "regional";
    case catalog::ServiceKind::Global:
      return "global";
    case catalog::ServiceKind::SingleHost:
      return "single host";
  }
  return "";
}

}  // namespace jianmen::app
