#pragma once
// What happened to a request and what to change: a journal's entry as the object of
// `jianmen explain --json` (request_id, time, verdict, request, operation, principal, answer,
// cause, why, fix, evidence, steps, alternatives; what is not known is absent). `finding`: of a
// search for a signature's fault; it adds `difference` {line, signed, arrived, at}: the two texts
// of the line and the byte where they part. No second copy of a rule: the step that refused said
// why, here it becomes sentences. Texts: data/explanations.json. Thread safety: pure but for
// reading the directory, any thread.

#include <string_view>

#include "base/json.hpp"
#include "catalog/catalog.hpp"
#include "diagnose/signature/search.hpp"
#include "directory/directory.hpp"
#include "gateway/journal.hpp"

namespace jianmen::diagnose {

enum class Language { English, Chinese };

// "en", "zh-CN", "zh_CN.UTF-8" …; English for what is neither.
Language parse_language(std::string_view text);

base::json::object explain(const gateway::JournalEntry& entry, const catalog::Catalog& catalog,
                           const directory::Directory& directory, Language language,
                           const signature::Finding* finding = nullptr);

}  // namespace jianmen::diagnose
