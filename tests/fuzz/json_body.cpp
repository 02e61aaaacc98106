// Bodies: what parses is written and read again as the same, and every schema looks at it without
// harm.

#include "base/json.hpp"
#include "catalog/catalog.hpp"
#include "catalog/schema.hpp"
#include "fuzz.hpp"
#include "http/message.hpp"

namespace jianmen::fuzz {

void fuzz(std::string_view input) {
  static const auto catalog = catalog::Catalog::create();
  expect(catalog.has_value(), "the catalogue is good");
  (void)http::parse_query(input);
  const auto body = base::parse_json(input);
  if (!body) return;
  const auto text = base::to_text(*body);
  const auto again = base::parse_json(text);
  expect(again.has_value(), "what is written is JSON");
  expect(base::to_text(*again) == text, "and the same");
  for (const char* id : {"ecs:CreateServers", "iam:KeystoneCreateUserTokenByPassword",
                         "iam:CreateUser", "tms:CreateResourceTag"}) {
    const auto* operation = (*catalog)->find_operation(id);
    if (operation) (void)catalog::check_body(**catalog, *operation, *body);
  }
}

}  // namespace jianmen::fuzz
