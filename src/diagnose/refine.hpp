#pragma once
// A refusal told more exactly than the step that refused could, from its evidence; and what else
// it may have been. `finding`: of a search for a signature's fault, nullptr when there was none.
// Pure.

#include <utility>
#include <vector>

#include "diagnose/signature/search.hpp"
#include "gateway/journal.hpp"
#include "identity/refusal.hpp"

namespace jianmen::diagnose {

struct Refined {
  identity::Refusal refusal;
  double confidence = 0.99;
  std::vector<std::pair<identity::Cause, double>> alternatives;
};

Refined refine(const gateway::JournalEntry& entry, const signature::Finding* finding = nullptr);

}  // namespace jianmen::diagnose
