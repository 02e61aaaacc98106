#pragma once
// What may have been signed, as tables: one a slot, the right text first. A choice of one row a
// slot is a candidate; the tables write its canonical request, and tell what it would prove. Thread
// safety: one thread at a time.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "diagnose/signature/alternative.hpp"
#include "diagnose/signature/framing.hpp"
#include "diagnose/signature/question.hpp"
#include "diagnose/signature/search.hpp"

namespace jianmen::diagnose::signature {

// What is varied. A header's slot is Headers + its index in SignedHeaders.
enum Slot : std::size_t { Method, Path, Query, Payload, Forms, Framing, Signing, Key, Headers };

// V11 has other ways from the secret to the key: indices of the slot Key from here on.
inline constexpr std::size_t kScopeKeys = 1'000'000, kScopeKeyForms = 6;

struct Choice {
  std::size_t slot = 0, index = 0;
  int cost = 0;
};

using Chosen = std::vector<std::size_t>;  // the row of each slot

class Tables {
 public:
  // `question` outlives it.
  explicit Tables(const Question& question);
  ~Tables();  // wipes the secrets
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;

  std::size_t slots() const { return Headers + lines_.size(); }
  // All but the right one of each table, the cheapest first …
  std::vector<Choice> choices() const;
  // … and the many of little likelihood, which this adds to the tables.
  std::vector<Choice> deepen();
  // Of those that one hand writes: the canonical request and its parts, not a changed value.
  bool is_of_code(const Choice& choice) const;

  void write_canonical(const Chosen& chosen, std::string& out);
  const ToSign& to_sign(const Chosen& chosen) const { return to_sign_[chosen[Signing]]; }
  const Alternatives& secrets() const { return secrets_; }
  std::size_t usual_secrets() const { return usual_secrets_; }  // before deepen()

  Proof prove(const Choice& first, const Choice* second) const;

 private:
  struct Told;
  Told tell(const Choice& choice) const;
  Told tell_form(const Choice& choice) const;
  Told tell_signing(const Choice& choice) const;

  const Question& question_;
  std::vector<HeaderLine> lines_;
  std::array<Alternatives, 4> tables_;
  std::vector<Form> forms_;
  std::vector<Frame> frames_;
  std::vector<ToSign> to_sign_;
  Alternatives secrets_;
  std::size_t usual_secrets_ = 0;
  std::vector<Alternatives> values_;
  std::string right_block_, right_list_, block_, list_;
};

}  // namespace jianmen::diagnose::signature
