#include "diagnose/texts.hpp"

#include "identity/refusal.hpp"

namespace jianmen::diagnose {

namespace json = base::json;

namespace {

std::string_view code_of(Language language) {
  return language == Language::Chinese ? "zh-CN" : "en";
}

std::string title_of(const catalog::Catalog& catalog, std::string_view id, Language language) {
  for (const auto& row : catalog.causes()) {
    if (base::string_or(row, "id", "") != id) continue;
    const auto* title = base::find(row, "title");
    return title ? base::string_or(*title, code_of(language), "") : std::string();
  }
  return std::string(id);
}

}  // namespace

identity::Refusal refine(const gateway::JournalEntry& entry, const directory::Directory&) {
  return entry.refusal.value_or(identity::Refusal{});
}

Texts texts_for(const gateway::JournalEntry&, const identity::Refusal& refusal,
                const catalog::Catalog& catalog, const directory::Directory&, Language language) {
  Texts texts;
  texts.title = title_of(catalog, identity::cause_id(refusal.cause), language);
  texts.why = texts.title;
  return texts;
}

}  // namespace jianmen::diagnose
