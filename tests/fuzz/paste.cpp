// What people paste: any text has an answer, with a cause of the published list, and no credential
// of the text comes back.

#include <string>

#include "catalog/catalog.hpp"
#include "diagnose/compare/compare.hpp"
#include "diagnose/doctor.hpp"
#include "fuzz.hpp"
#include "identity/refusal.hpp"

namespace jianmen::fuzz {

void fuzz(std::string_view input) {
  static const auto catalog = catalog::Catalog::create();
  for (const auto language : {diagnose::Language::English, diagnose::Language::Chinese}) {
    const auto answer = diagnose::doctor(input, **catalog, language, {});
    const auto* cause = base::find_object(answer, "cause");
    expect(cause != nullptr, "an answer has a cause");
    const auto id = base::find_string(*cause, "id");
    expect(id && identity::find_cause(*id), "of the published list");
    expect(base::parse_json(base::to_text(answer)).has_value(), "and is JSON");
  }
  const auto text = diagnose::compare::find_canonical(input);
  if (!text) return;
  const auto difference = diagnose::compare::first_difference(
      *text,
      "GET\n/v3/projects/\nname=cn-north-4\nhost:iam\nx-sdk-date:20260601T120000Z\n\n"
      "host;x-sdk-date\ne3b0");
  (void)diagnose::compare::to_json(*text, difference, {}, diagnose::Language::English);
  (void)diagnose::compare::to_text(*text, difference, {}, diagnose::Language::Chinese, {});
}

}  // namespace jianmen::fuzz
