#pragma once
// The sentences of causes: titles from data/causes.json, why and fix from data/explanations.json.
// Thread safety: any thread.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diagnose/explain.hpp"
#include "diagnose/template.hpp"

namespace jianmen::diagnose {

std::string title_of(const catalog::Catalog& catalog, identity::Cause cause, Language language);

// What else it may have been, with its confidence: the `alternatives` of an explanation.
using Alternatives = std::vector<std::pair<identity::Cause, double>>;
base::json::array to_json(const Alternatives& alternatives, const catalog::Catalog& catalog,
                          Language language);

struct Texts {
  std::string why;
  std::vector<std::string> fix;
};
// What the sentences are about: a request that this server answered, or a text that somebody pasted
// (data/paste-explanations.json, for the causes of which a text tells less than the journal).
enum class Source { Request, Paste };

// Sentences whose values are not known are left out. Empty for a cause without texts.
Texts texts_of(identity::Cause cause, const Values& values, Language language,
               Source source = Source::Request);

}  // namespace jianmen::diagnose
