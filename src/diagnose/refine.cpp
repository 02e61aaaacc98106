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

// SDKs look for their project by region name; refused, they report a missing project.
bool is_discovery(const gateway::JournalEntry& entry) {
  return entry.operation && entry.operation->id == "iam:KeystoneListProjects" &&
         entry.query.starts_with("name=") && entry.principal &&
         entry.principal->credential != identity::CredentialKind::Token;
}

}  // namespace

Refined refine(const gateway::JournalEntry& entry) {
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
      // Only the two canonical requests side by side tell a wrong secret from a changed request.
      refined.confidence = 0.6;
      refined.alternatives = {{Cause::SignatureCanonicalForm, 0.2},
                              {Cause::SignatureBodyChanged, 0.1},
                              {Cause::SignatureHost, 0.1}};
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
