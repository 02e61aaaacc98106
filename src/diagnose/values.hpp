#pragma once
// What the sentences of an explanation may speak of: the request's own values, its evidence, and
// what the directory adds (the projects that the account has, who owns a key).

#include "diagnose/explain.hpp"
#include "diagnose/template.hpp"

namespace jianmen::diagnose {

Values values_of(const gateway::JournalEntry& entry, const identity::Refusal& refusal,
                 const catalog::Catalog& catalog, const directory::Directory& directory);

}  // namespace jianmen::diagnose
