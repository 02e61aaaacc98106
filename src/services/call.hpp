#pragma once
// What a service's function sees and what it gives back. The frame (frame.hpp) has already checked
// that the scope fits the URL, that the caller may do the action and that body and query fit the
// row's schema; a function never parses headers, never checks permissions by itself, never formats
// an error.

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "catalog/operation.hpp"
#include "identity/entities.hpp"
#include "identity/principal.hpp"
#include "identity/refusal.hpp"

namespace jianmen::services {

// One request at a service, checked. Lives as long as the function runs (on a loop or on a pool
// thread).
struct Call {
  const catalog::Operation& operation;
  const identity::Principal* principal =
      nullptr;  // nullptr: an operation that anyone may call, and no credential held
  const identity::Refusal* credential_refusal =
      nullptr;            // what was wrong with the credential, then
  identity::Scope scope;  // that the request acts in; the credential's own is the principal's
  std::optional<identity::Project>
      project;         // of OperationScope::Project: the URL's (or the scope's) project
  std::string region;  // of the host, else of the project; may be empty
  std::vector<std::pair<std::string_view, std::string_view>> path_values;
  std::vector<std::pair<std::string, std::string>> query_values;  // decoded, in wire order
  std::vector<std::pair<std::string, std::string>>
      header_values;       // only those that the row declares
  base::json::value body;  // null when there was none
  std::string_view host;   // of the request, with its port
  bool secure = false;
  std::string_view request_id;
  base::Time now{};
  // May this caller also do another service's action in a project of its account? For operations
  // that act through another service (resource tags).
  std::function<bool(std::string_view action, const identity::Project& project)> may;

  std::string_view path(std::string_view name) const;  // empty when the template has no such value
  std::optional<std::string_view> query(std::string_view name) const;   // the first of that name
  std::vector<std::string_view> queries(std::string_view name) const;   // all of that name
  std::optional<std::string_view> header(std::string_view name) const;  // any case
  std::string base_url() const;                                         // "http://127.0.0.1:8080"
};

struct Reply {
  int status = 0;                                            // 0: the row's success status
  base::json::value body;                                    // null: an empty answer, or text
  std::string text;                                          // of the body, written already
  std::vector<std::pair<std::string, std::string>> headers;  // X-Subject-Token …

  Reply() = default;
  Reply(base::json::value value) : body(std::move(value)) {}
  static Reply empty(int status = 0);
  // JSON text (base/json_writer.hpp), for what is asked so often that a tree would cost too much.
  static Reply written(std::string text);
};

// What kept a function from its answer. The family's error profile gives status, code and text
// where they are not set.
enum class FaultKind {
  Malformed,  // the body is not what the operation takes
  Parameter,  // a parameter is missing or has a wrong value
  NotFound,
  Conflict,  // the name is taken, or it changed meanwhile
  State,     // the resource's state does not allow it
  Quota,
  Denied,           // no permission
  Scope,            // the credential's scope does not fit the URL
  Unauthenticated,  // the service itself asks for another credential (wrong password …)
  TooLarge,
  Unavailable,
  Internal,
};

struct Fault {
  FaultKind kind = FaultKind::Internal;
  int status = 0;       // 0: the profile's for this kind
  std::string code;     // "Ecs.0114"; empty: the profile's
  std::string message;  // with its values; empty: the profile's
  std::vector<std::pair<std::string, std::string>>
      details;  // more precise (code, message) pairs, where the family has them
  std::optional<identity::Refusal> refusal;  // for the journal; empty: made from the kind
};

using Outcome = std::expected<Reply, Fault>;

inline std::unexpected<Fault> fault(FaultKind kind, std::string code = {}, std::string message = {},
                                    int status = 0) {
  return std::unexpected<Fault>(Fault{kind, status, std::move(code), std::move(message), {}, {}});
}
// A directory's or store's error as a fault of the matching kind, its sentence kept; what is our
// own affair (Unavailable, Internal) is told to the journal alone.
std::unexpected<Fault> fault(const base::Error& error);

}  // namespace jianmen::services
