#include "net/io_status.hpp"

namespace jianmen::net {

std::string_view describe(IoStatus status) {
  switch (status) {
    case IoStatus::Ok:
      return "ok";
    case IoStatus::End:
      return "the other side closed the connection";
    case IoStatus::WouldBlock:
      return "nothing to read yet";
    case IoStatus::Timeout:
      return "timed out";
    case IoStatus::Cancelled:
      return "cancelled";
    case IoStatus::Closed:
      return "the other side broke the connection";
    case IoStatus::Failed:
      return "failed";
  }
  return "failed";
}

}  // namespace jianmen::net
