#include "diagnose/refine.hpp"

#include <charconv>

namespace jianmen::diagnose {

namespace {

using identity::Cause;

constexpr long kDay = 24 * 3600;
constexpr long kRetried = 20 * 60;  // a prepared request that is tried again comes soon after

// A time ahead of the server's can only be a clock; a time behind it may also be an old request.
void refine_time(Refined& refined) {
  const auto* text = refined.refusal.find("offset_seconds");
  if (!text) return;
  long offset = 0;
  std::from_chars(text->data(), text->data() + text->size(), offset);
  if (offset >= 0) return;
  if (refined.refusal.cause == Cause::SignatureTimeZone) {
    refined.confidence = 0.8;
    refined.alternatives = {{Cause::SignatureExpiredReuse, 0.15},
                            {Cause::SignatureClockSkew, 0.05}};
  } else if (-offset <= kRetried || -offset >= kDay) {
    refined.refusal.cause = Cause::SignatureExpiredReuse;
    refined.confidence = 0.7;
    refined.alternatives = {{Cause::SignatureClockSkew, 0.3}};
  } else {
    refined.confidence = 0.7;
    refined.alternatives = {{Cause::SignatureExpiredReuse, 0.3}};
  }
}

void add_proof(Refined& refined, const signature::Proof& proof) {
  auto& refusal = refined.refusal;
  refusal.cause = proof.cause;
  refined.confidence = 1;
  // The verifier's own words about the header give way to the proof's.
  std::erase_if(refusal.evidence, [](const auto& row) { return row.first == "header"; });
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) refusal.with(name, value);
  };
  add("line", proof.line);
  add("header", proof.header);
  if (!proof.signed_text.empty() || !proof.arrived_text.empty()) {
    refusal.with("signed", proof.signed_text);
    refusal.with("arrived", proof.arrived_text);
  }
  add("habit", proof.habit);
  if (proof.also) {
    refusal.with("also", std::string(identity::cause_id(*proof.also)));
    add("also_line", proof.also_line);
  }
}

// Nothing that a client may have written fits, so the key is another one: the surer, the less else
// there is that a search cannot go through (a body's every change, what its bound cut off).
double confidence_of_wrong_secret(const signature::Finding& finding, bool has_body) {
  double confidence = 0.97;
  if (has_body) confidence -= finding.body_whole ? 0.07 : 0.3;
  if (!finding.complete) confidence -= 0.1;
  return confidence;
}

// The hash of an empty body, by the end of the canonical request.
bool has_body(const identity::Refusal& refusal) {
  const auto* canonical = refusal.find("canonical_request");
  return canonical &&
         !canonical->ends_with(
             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") &&
         !canonical->ends_with("1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b");
}

void refine_signature(Refined& refined, const signature::Finding* finding) {
  if (finding && finding->proof) return add_proof(refined, *finding->proof);
  using signature::Skipped;
  const auto skipped = finding ? finding->skipped : Skipped::No;
  if (skipped == Skipped::Limit) refined.refusal.with("not_searched", "limit");
  if (skipped == Skipped::EvidenceGone) refined.refusal.with("not_searched", "evidence_gone");
  if (!finding || finding->holds || skipped != Skipped::No) {
    // Without the evidence, only the two canonical requests side by side tell a wrong secret from a
    // changed request.
    refined.confidence = 0.6;
    refined.alternatives = {{Cause::SignatureCanonicalForm, 0.2},
                            {Cause::SignatureBodyChanged, 0.1},
                            {Cause::SignatureHost, 0.1}};
    return;
  }
  const bool body = has_body(refined.refusal);
  refined.refusal.with("tried", std::to_string(finding->tried));
  refined.confidence = confidence_of_wrong_secret(*finding, body);
  if (!finding->complete) refined.refusal.with("search", "stopped");
  if (body && !finding->body_whole) {
    refined.refusal.with("body", "not_kept");
    refined.alternatives = {{Cause::SignatureBodySerializedTwice, 0.2},
                            {Cause::SignatureBodyChanged, 0.1}};
  } else if (body) {
    refined.alternatives = {{Cause::SignatureBodyChanged, 0.07}};
  }
}

// SDKs look for their project by region name; refused, they report a missing project.
bool is_discovery(const gateway::JournalEntry& entry) {
  return entry.operation && entry.operation->id == "iam:KeystoneListProjects" &&
         entry.query.starts_with("name=") && entry.principal &&
         entry.principal->credential != identity::CredentialKind::Token;
}

}  // namespace

Refined refine(const gateway::JournalEntry& entry, const signature::Finding* finding) {
  Refined refined;
  if (!entry.refusal) {
    refined.confidence = 0.3;
    return refined;
  }
  refined.refusal = *entry.refusal;
  switch (refined.refusal.cause) {
    case Cause::SignatureClockSkew:
    case Cause::SignatureTimeZone:
      refine_time(refined);
      break;
    case Cause::SignatureSecretWrong:
      refine_signature(refined, finding);
      break;
    case Cause::PermissionNoGroup:
    case Cause::PermissionNotGranted:
      if (is_discovery(entry)) refined.refusal.cause = Cause::PermissionSdkDiscovery;
      break;
    case Cause::Unknown:
      refined.confidence = 0.3;
      break;
    default:
      break;
  }
  return refined;
}

}  // namespace jianmen::diagnose
