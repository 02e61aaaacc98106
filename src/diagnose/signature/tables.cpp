#include "diagnose/signature/tables.hpp"

#include <algorithm>
#include <cstring>

#include "authn/signature/verify.hpp"

namespace jianmen::diagnose::signature {

namespace {

using Text = std::string_view;

// Names whose values are credentials of their own.
bool is_credential(Text name) {
  constexpr std::array kCredentials{Text("x-security-token"), Text("x-auth-token"),
                                    Text("x-subject-token"),  Text("authorization"),
                                    Text("cookie"),           Text("proxy-authorization")};
  return std::ranges::find(kCredentials, name) != kCredentials.end();
}

}  // namespace

Tables::Tables(const Question& question)
    : question_(question),
      tables_{method_lines(question), path_lines(question), query_lines(question),
              payload_lines(question)},
      frames_(frames()),
      to_sign_(to_sign_forms(question)),
      secrets_(secret_forms(question)),
      usual_secrets_(secrets_.size()) {
  authn::signature::for_each_name(question.signed_headers, [&](Text name) {
    const auto* field = question.find(name);
    lines_.push_back({.name = std::string(name),
                      .arrived_name = field ? field->name : std::string(name),
                      .value = field ? field->value : std::string()});
    return true;
  });
  forms_ = header_forms(question, lines_);
  for (const auto& line : lines_) values_.push_back(header_values(question, line.name, line.value));
  write_headers(forms_[0], lines_, question, right_block_, right_list_);
}

Tables::~Tables() {
  for (auto& secret : secrets_) explicit_bzero(secret.text.data(), secret.text.size());
}

std::vector<Choice> Tables::choices() const {
  std::vector<Choice> out;
  const auto add = [&](std::size_t slot, const auto& table) {
    for (std::size_t i = 1; i < table.size(); ++i) out.push_back({slot, i, table[i].cost});
  };
  for (std::size_t slot = Method; slot <= Payload; ++slot) add(slot, tables_[slot]);
  add(Key, secrets_);
  for (std::size_t i = 0; i < values_.size(); ++i) add(Headers + i, values_[i]);
  add(Forms, forms_);
  add(Framing, frames_);
  add(Signing, to_sign_);
  if (question_.algorithm == Algorithm::V11HmacSha256) {
    for (std::size_t i = 0; i < kScopeKeyForms; ++i) out.push_back({Key, kScopeKeys + i, 2});
  }
  std::ranges::stable_sort(out, {}, &Choice::cost);
  return out;
}

std::vector<Choice> Tables::deepen() {
  std::vector<Choice> added;
  const auto append = [&](std::size_t slot, Alternatives& table, Alternatives&& more) {
    for (auto& each : more) {
      added.push_back({slot, table.size(), each.cost});
      table.push_back(std::move(each));
    }
  };
  append(Query, tables_[Query], deep_query_lines(question_));
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    append(Headers + i, values_[i], deep_header_values(lines_[i].name, lines_[i].value));
  }
  append(Key, secrets_, deep_secret_forms(question_));
  std::ranges::stable_sort(added, {}, &Choice::cost);
  return added;
}

bool Tables::is_of_code(const Choice& choice) const {
  if (choice.slot <= Payload || choice.slot == Framing) return true;
  return choice.slot == Forms && forms_[choice.index].leave_out < 0 &&
         forms_[choice.index].extra.name.empty();
}

void Tables::write_canonical(const Chosen& chosen, std::string& out) {
  bool plain_headers = chosen[Forms] == 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (chosen[Headers + i] == 0) continue;
    plain_headers = false;
    lines_[i].value = values_[i][chosen[Headers + i]].text;
  }
  Text block = right_block_, list = right_list_;
  if (!plain_headers) {
    write_headers(forms_[chosen[Forms]], lines_, question_, block_, list_);
    block = block_;
    list = list_;
  }
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (chosen[Headers + i] != 0) lines_[i].value = values_[i][0].text;
  }
  const auto line = [&](Slot slot) { return Text(tables_[slot][chosen[slot]].text); };
  const auto& form = to_sign(chosen);
  const Text payload =
      chosen[Payload] == 0 && !form.payload.empty() ? Text(form.payload) : line(Payload);
  signature::write_canonical(frames_[chosen[Framing]],
                             {line(Method), line(Path), line(Query), block, list, payload}, out);
}

// --- what a match tells

struct Tables::Told {
  Cause cause;
  std::string line, habit, header, was, is;
};

Tables::Told Tables::tell(const Choice& choice) const {
  const auto of = [&](const Alternatives& table, Text name, bool shown) {
    const auto& chosen = table[choice.index];
    return Told{chosen.cause,
                std::string(name),
                std::string(chosen.habit),
                "",
                shown ? chosen.text : std::string(),
                shown ? table[0].text : std::string()};
  };
  switch (choice.slot) {
    case Method:
      return of(tables_[Method], "method", true);
    case Path:
      return of(tables_[Path], "path", true);
    case Query:
      return of(tables_[Query], "query", true);
    case Payload: {
      auto out = of(tables_[Payload], "payload", true);
      if (out.habit == "body_itself") out.was.clear();
      return out;
    }
    case Key:
      if (choice.index >= kScopeKeys)
        return {Cause::SignatureStringToSign, "key", "v11_key", "", "", ""};
      return of(secrets_, "secret", false);
    case Forms:
      return tell_form(choice);
    case Framing:
      return {Cause::SignatureCanonicalForm,
              "canonical_request",
              std::string(frames_[choice.index].habit),
              "",
              "",
              ""};
    case Signing:
      return tell_signing(choice);
    default:
      break;
  }
  const auto header = choice.slot - Headers;
  auto out = of(values_[header], "header", !is_credential(lines_[header].name));
  out.header = lines_[header].name;
  return out;
}

Tables::Told Tables::tell_form(const Choice& choice) const {
  const auto& form = forms_[choice.index];
  Told out{form.cause, "headers", std::string(form.habit), "", "", ""};
  std::string block, list;
  write_headers(form, lines_, question_, block, list);
  if (list != right_list_) {
    out.line = "signed_headers";
    out.was = list;
    out.is = right_list_;
  }
  if (form.leave_out >= 0) out.header = lines_[static_cast<std::size_t>(form.leave_out)].name;
  if (!form.extra.name.empty()) out.header = form.extra.name;
  return out;
}

Tables::Told Tables::tell_signing(const Choice& choice) const {
  const auto& form = to_sign_[choice.index];
  Told out{form.cause, "string_to_sign", std::string(form.habit), "", "", ""};
  if (form.cause == Cause::SignatureDerivedScope) {
    out.line = "scope";
    out.was = form.key_scope != to_sign_[0].key_scope ? form.key_scope : form.scope;
    out.is = to_sign_[0].scope;
  } else if (form.date != to_sign_[0].date) {
    out.was = form.date;
    out.is = to_sign_[0].date;
  } else if (form.algorithm != to_sign_[0].algorithm) {
    out.was = form.algorithm;
    out.is = to_sign_[0].algorithm;
  }
  return out;
}

Proof Tables::prove(const Choice& first, const Choice* second) const {
  const auto main = tell(first);
  Proof proof{.cause = main.cause,
              .line = main.line,
              .header = main.header,
              .habit = main.habit,
              .signed_text = main.was,
              .arrived_text = main.is};
  if (second) {
    const auto other = tell(*second);
    proof.also = other.cause;
    proof.also_line = other.line;
  }
  return proof;
}

}  // namespace jianmen::diagnose::signature
