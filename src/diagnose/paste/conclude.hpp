#pragma once
// Stage two of the doctor: rules as data (data/paste-rules.json, and the codes and messages of
// data/errors.json) over an observation name the one cause. Pure, any thread.

#include <optional>
#include <string>
#include <vector>

#include "diagnose/paste/observe.hpp"
#include "identity/refusal.hpp"

namespace jianmen::diagnose::paste {

struct Conclusion {
  identity::Cause cause = identity::Cause::Unknown;
  double confidence = 0;
  std::string code;                        // the first known error code of the text
  const base::json::value* row = nullptr;  // of data/errors.json, when it came from there
  std::string foreign;                     // the mark of another product, for Unknown
  std::vector<std::pair<identity::Cause, double>> alternatives;
};

Conclusion conclude(const Observation& observation, const catalog::Catalog& catalog);

}  // namespace jianmen::diagnose::paste
