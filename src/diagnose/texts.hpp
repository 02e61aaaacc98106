#pragma once
// The sentences of an explanation: data/explanations.json, {placeholders} filled with the request's
// own values.

#include <string>
#include <string_view>
#include <vector>

#include "diagnose/explain.hpp"

namespace jianmen::diagnose {

struct Texts {
  std::string title, why;
  std::vector<std::string> fix;
  double confidence = 0.99;
};

// The entry's refusal, told more exactly where its evidence allows it.
identity::Refusal refine(const gateway::JournalEntry& entry, const directory::Directory& directory);

Texts texts_for(const gateway::JournalEntry& entry, const identity::Refusal& refusal,
                const catalog::Catalog& catalog, const directory::Directory& directory,
                Language language);

}  // namespace jianmen::diagnose
