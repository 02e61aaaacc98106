#pragma once
// A pasted text (stack trace, JSON body, `curl -v`, SDK or Terraform log) as the object of
// `jianmen doctor --json`, the shape of explain(): what the text does not tell is absent, and a
// text without a failure of a Huawei Cloud call has cause.id "unknown" with what else to paste. Two
// stages: paste/observe (text to values) and paste/conclude (data/paste-rules.json and
// data/errors.json over them). Secrets of the text (SK, password, token) never come out. Any bytes
// are good input; time is linear in their number. Thread safety: pure, any thread.

#include <functional>
#include <optional>
#include <string_view>

#include "base/json.hpp"
#include "catalog/catalog.hpp"
#include "diagnose/explain.hpp"

namespace jianmen::diagnose {

// The explanation of a request by its id, when the local journal has it; may be empty.
using JournalLookup = std::function<std::optional<base::json::object>(std::string_view request_id)>;

// Where the journal knows a request id of the text, its answer is returned as it is.
base::json::object doctor(std::string_view text, const catalog::Catalog& catalog, Language language,
                          const JournalLookup& journal);

}  // namespace jianmen::diagnose
