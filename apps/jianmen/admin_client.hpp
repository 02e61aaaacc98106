#pragma once
// The other end of server/admin_api: JSON over the administration socket.

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"
#include "commands.hpp"

namespace jianmen::app {

class AdminClient {
 public:
  explicit AdminClient(const Common& common);

  // `path` with its query, "/journal?limit=1". Unavailable: no server there; other errors are what
  // the server said.
  base::Result<base::json::value> call(std::string_view method, std::string_view path,
                                       const base::json::value& body = nullptr) const;

  static std::string encode(std::string_view text);  // a name as a segment or a query value

 private:
  std::string socket_;
};

// Writes the error for people or programs and sets the exit status.
void report(const base::Error& error, Common& common);

}  // namespace jianmen::app
