#pragma once
// A question about a principal as policy wants it: the request with the attributes that conditions
// test (the condition keys of the IAM guide). Attributes and the resource are written only for sets
// that look at them.

#include <string>
#include <vector>

#include "authz/authorize.hpp"

namespace jianmen::authz::detail {

// Where the question is decided (Question::scope): the question's own, or one that lives for ever.
const identity::Scope& scope_of(const Question& question);

class Asked {
 public:
  Asked(const identity::Principal& principal, const Question& question,
        const policy::Compiled& set);
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  policy::Decision decide() const;
  policy::Explanation explain() const;

 private:
  void add(std::string_view key, std::string_view value);
  void add_attributes(const identity::Principal& principal);
  policy::Request request() const;
  policy::Decision decide_service() const;

  const Question& question_;
  const policy::Compiled& set_;
  std::string resource_, now_, mfa_age_;
  std::vector<policy::Attribute> attributes_;
};

}  // namespace jianmen::authz::detail
