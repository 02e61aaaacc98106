#pragma once
// The doctor's rules, made once from data/paste-rules.json and data/errors.json. Immutable.

#include <string>
#include <vector>

#include "base/json.hpp"
#include "diagnose/paste/phrases.hpp"
#include "identity/refusal.hpp"

namespace jianmen::diagnose::paste {

// Which rule wins when several hold: the lowest; then the first place in the text.
enum class Tier { Decisive, Cause, Kind, Wrapper };

struct Rule {
  identity::Cause cause = identity::Cause::Unknown;
  Tier tier = Tier::Cause;
  std::vector<std::size_t> any = {};                // phrase numbers
  std::vector<std::vector<std::size_t>> with = {};  // one of each
  std::vector<std::size_t> without = {};
  // The words are everybody's: a rule of the cloud only beside another sign of it.
  bool needs_home = false;
  std::string between = {};  // stands in the text as it is but for blanks, in lower case
  std::string code = {};     // of errors.json, when the phrase is one
  const base::json::value* row = nullptr;  // of errors.json
};

struct Rules {
  Phrases phrases;
  std::vector<Rule> rules;
  std::vector<std::pair<std::size_t, std::string>> foreign;  // phrase number, mark
  std::vector<std::size_t> home;
};

// Made on first use.
const Rules& rules();

}  // namespace jianmen::diagnose::paste
