#pragma once
// A refusal told more exactly than the step that refused could, from its evidence; and what else
// it may have been. Pure.

#include <utility>
#include <vector>

#include "gateway/journal.hpp"
#include "identity/refusal.hpp"

namespace jianmen::diagnose {

struct Refined {
  identity::Refusal refusal;
  double confidence = 0.99;
  std::vector<std::pair<identity::Cause, double>> alternatives;
};

Refined refine(const gateway::JournalEntry& entry);

}  // namespace jianmen::diagnose
