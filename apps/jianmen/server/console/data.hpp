#pragma once
// What the page asks for, as JSON: one request's explanation, the doctor's answer to a pasted text,
// the titles of the causes, the endpoint directory. They block (a signature's search, large
// tables): on the pool, never on a loop. Thread safety: any thread.

#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"
#include "diagnose/explain.hpp"
#include "server/installation.hpp"

namespace jianmen::app::console {

inline constexpr std::size_t kMaxPaste = 1 << 20;  // bytes of a text for the doctor

// The object of `jianmen explain --json`.
base::Result<base::json::value> request_data(Installation& installation,
                                             std::string_view request_id,
                                             diagnose::Language language);
// `body`: {"text": …}. The object of `jianmen doctor --json`.
base::Result<base::json::value> doctor_data(Installation& installation, std::string_view body,
                                            diagnose::Language language);
// {"signature.host": {"layer": …, "en": …, "zh-CN": …}, …}
base::json::value cause_data(const catalog::Catalog& catalog);
// {"regions": [{id, en, zh}], "services": [{name, kind, scope, credential}],
//  "endpoints": [[service, region or -1, host], …]} with numbers into the two lists.
base::json::value endpoint_data(const catalog::Catalog& catalog);

}  // namespace jianmen::app::console
