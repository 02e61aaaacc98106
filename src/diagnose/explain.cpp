#include "diagnose/explain.hpp"

#include <algorithm>

#include "base/time_text.hpp"
#include "diagnose/refine.hpp"
#include "diagnose/texts.hpp"
#include "diagnose/values.hpp"

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

// Names in a row are a list for programs.
bool is_list(std::string_view name) {
  return name == "groups" || name == "roles" || name == "roles_now" || name == "granted_in";
}

json::value evidence_value(std::string_view name, const std::string& text) {
  if (!is_list(name)) return json::string(text);
  json::array items;
  for (auto rest = std::string_view(text); !rest.empty();) {
    const auto end = rest.find(", ");
    items.emplace_back(rest.substr(0, end));
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 2);
  }
  return items;
}

json::array evidence_of(const identity::Refusal& refusal) {
  json::array out;
  for (const auto& [name, text] : refusal.evidence) {
    out.push_back(json::object{{"name", name}, {"value", evidence_value(name, text)}});
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

void add_difference(json::object& out, const signature::Proof& proof) {
  if (proof.signed_text == proof.arrived_text) return;
  const auto [was, is] = std::ranges::mismatch(proof.signed_text, proof.arrived_text);
  json::object difference{{"line", proof.line}};
  if (!proof.header.empty()) difference["header"] = proof.header;
  difference["signed"] = proof.signed_text;
  difference["arrived"] = proof.arrived_text;
  difference["at"] = was - proof.signed_text.begin();
  out["difference"] = std::move(difference);
}

}  // namespace

Language parse_language(std::string_view text) {
  return text.starts_with("zh") ? Language::Chinese : Language::English;
}

json::object explain(const gateway::JournalEntry& entry, const catalog::Catalog& catalog,
                     const directory::Directory& directory, Language language,
                     const signature::Finding* finding) {
  json::object out{{"request_id", entry.request_id},
                   {"time", base::to_iso_seconds(entry.time)},
                   {"verdict", gateway::verdict_name(entry.verdict)}};
  if (!entry.trace_id.empty()) out["trace_id"] = entry.trace_id;
  if (!entry.method.empty()) out["request"] = request_of(entry);
  if (entry.operation) out["operation"] = entry.operation->id;
  if (entry.principal) out["principal"] = principal_of(*entry.principal);
  out["answer"] = answer_of(entry);
  if (entry.verdict == gateway::Verdict::Allowed) {
    out["steps"] = steps_of(entry);
    return out;
  }
  const auto refined = refine(entry, finding);
  const auto& refusal = refined.refusal;
  const auto title = title_of(catalog, refusal.cause, language);
  const auto texts =
      texts_of(refusal.cause, values_of(entry, refusal, catalog, directory), language);
  out["cause"] = json::object{{"id", identity::cause_id(refusal.cause)},
                              {"layer", identity::cause_layer(refusal.cause)},
                              {"title", title},
                              {"confidence", refined.confidence}};
  out["why"] = texts.why.empty() ? title : texts.why;
  out["fix"] = json::array(texts.fix.begin(), texts.fix.end());
  out["evidence"] = evidence_of(refusal);
  if (finding && finding->proof) add_difference(out, *finding->proof);
  out["steps"] = steps_of(entry);
  out["alternatives"] = to_json(refined.alternatives, catalog, language);
  return out;
}

}  // namespace jianmen::diagnose
