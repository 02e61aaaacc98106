#include "diagnose/explain.hpp"

#include "base/time_text.hpp"
#include "diagnose/texts.hpp"

namespace jianmen::diagnose {

namespace {

namespace json = base::json;

json::object request_of(const gateway::JournalEntry& entry) {
  json::object request{{"method", entry.method}, {"host", entry.host}, {"path", entry.path}};
  if (!entry.query.empty()) request["query"] = entry.query;
  return request;
}

json::object principal_of(const gateway::JournalPrincipal& principal) {
  json::object out{{"account", principal.account}, {"user", principal.user}};
  if (!principal.access_key_id.empty()) out["access_key_id"] = principal.access_key_id;
  if (principal.scope_kind == "project") {
    out["scope"] =
        json::object{{"project", principal.scope_project.empty() ? principal.scope_project_id
                                                                 : principal.scope_project}};
  } else if (principal.scope_kind == "domain") {
    out["scope"] = json::object{{"domain", principal.account}};
  }
  return out;
}

json::object answer_of(const gateway::JournalEntry& entry) {
  json::object answer{{"status", entry.status}};
  if (!entry.code.empty()) answer["code"] = entry.code;
  if (!entry.message.empty()) answer["message"] = entry.message;
  return answer;
}

// Evidence of several values of one name is a list; a value that is written as JSON stays JSON.
json::array evidence_of(const identity::Refusal& refusal) {
  json::array out;
  for (const auto& [name, text] : refusal.evidence) {
    json::value value(text);
    if (text.starts_with('[') || text.starts_with('{')) {
      if (auto parsed = base::parse_json(text)) value = std::move(*parsed);
    }
    out.push_back(json::object{{"name", name}, {"value", std::move(value)}});
  }
  return out;
}

json::array steps_of(const gateway::JournalEntry& entry) {
  json::array out;
  for (const auto& step : entry.steps) {
    out.push_back(json::object{{"step", step.step}, {"outcome", step.outcome}, {"us", step.us}});
  }
  return out;
}

}  // namespace

Language parse_language(std::string_view text) {
  return text.starts_with("zh") ? Language::Chinese : Language::English;
}

json::object explain(const gateway::JournalEntry& entry, const catalog::Catalog& catalog,
                     const directory::Directory& directory, Language language) {
  json::object out{{"request_id", entry.request_id},
                   {"time", base::to_iso_seconds(entry.time)},
                   {"verdict", gateway::verdict_name(entry.verdict)}};
  if (!entry.method.empty()) out["request"] = request_of(entry);
  if (entry.operation) out["operation"] = entry.operation->id;
  if (entry.principal) out["principal"] = principal_of(*entry.principal);
  out["answer"] = answer_of(entry);
  if (entry.verdict != gateway::Verdict::Allowed) {
    const auto refusal = refine(entry, directory);
    const auto texts = texts_for(entry, refusal, catalog, directory, language);
    out["cause"] = json::object{{"id", identity::cause_id(refusal.cause)},
                                {"layer", identity::cause_layer(refusal.cause)},
                                {"title", texts.title},
                                {"confidence", texts.confidence}};
    out["why"] = texts.why;
    json::array fix;
    for (const auto& line : texts.fix) fix.emplace_back(line);
    out["fix"] = std::move(fix);
    out["evidence"] = evidence_of(refusal);
  }
  out["steps"] = steps_of(entry);
  if (entry.verdict != gateway::Verdict::Allowed) out["alternatives"] = json::array{};
  return out;
}

}  // namespace jianmen::diagnose
