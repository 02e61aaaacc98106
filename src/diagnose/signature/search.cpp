#include "diagnose/signature/search.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <ctime>
#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include "authn/signature/verify.hpp"
#include "base/encoding.hpp"
#include "crypto/digest.hpp"
#include "crypto/signature_probe.hpp"
#include "crypto/signing_key.hpp"
#include "diagnose/signature/framing.hpp"

namespace jianmen::diagnose::signature {

namespace {

using Text = std::string_view;

constexpr int kMostToPair = 4;  // cost of a mistake that may come with another one
constexpr int kMostOfPair = 7;

// What is varied. A header's slot is Headers + its index.
enum Slot : std::size_t { Method, Path, Query, Payload, Forms, Framing, Signing, Key, Headers };

struct Choice {
  std::size_t slot = 0, index = 0;
  int cost = 0;
};

// Names whose values are credentials of their own.
bool is_credential(Text name) {
  constexpr std::array kCredentials{Text("x-security-token"), Text("x-auth-token"),
                                    Text("x-subject-token"),  Text("authorization"),
                                    Text("cookie"),           Text("proxy-authorization")};
  return std::ranges::find(kCredentials, name) != kCredentials.end();
}

// Of this thread: a busy machine makes a search late, not blind.
base::Duration processor_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::duration_cast<base::Duration>(std::chrono::seconds(now.tv_sec) +
                                                    std::chrono::nanoseconds(now.tv_nsec));
}

class Search {
 public:
  Search(const Question& question, const Limits& limits)
      : question_(question), limits_(limits), begin_(processor_time()) {
    const bool asymmetric =
        question.algorithm == Algorithm::EcdsaP256Sha256 || question.algorithm == Algorithm::Sm2Sm3;
    auto bytes = base::from_hex(question.signature).value_or(std::string());
    if (asymmetric) {
      der_ = std::move(bytes);
    } else if (bytes.size() == expected_.size()) {
      std::ranges::copy(bytes, expected_.begin());
      hmac_ = true;
    }
    list_headers();
    tables_ = {method_lines(question), path_lines(question), query_lines(question),
               payload_lines(question)};
    forms_ = header_forms(question, lines_);
    frames_ = frames();
    to_sign_ = to_sign_forms(question);
    secrets_ = secret_forms(question);
    for (const auto& line : lines_)
      values_.push_back(header_values(question, line.name, line.value));
    write_headers(forms_[0], lines_, question, base_block_, base_list_);
    chosen_.assign(Headers + lines_.size(), 0);
    make_choices();
  }

  ~Search() {
    for (auto& secret : secrets_) explicit_bzero(secret.text.data(), secret.text.size());
  }
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  Finding run() {
    Finding finding;
    if (!readable()) return finding;
    if (fits()) {
      finding.holds = true;
      return finding;
    }
    finding.proof = try_all();
    finding.tried = tried_;
    finding.complete = singles_done_;
    finding.body_whole = question_.body_whole;
    return finding;
  }

 private:
  bool readable() const { return !question_.signed_headers.empty() && (hmac_ || !der_.empty()); }

  void list_headers() {
    authn::signature::for_each_name(question_.signed_headers, [&](Text name) {
      const auto* field = question_.find(name);
      lines_.push_back({.name = std::string(name),
                        .arrived_name = field ? field->name : std::string(name),
                        .value = field ? field->value : std::string()});
      return true;
    });
  }

  void make_choices() {
    const auto add = [&](std::size_t slot, const auto& table) {
      for (std::size_t i = 1; i < table.size(); ++i) choices_.push_back({slot, i, table[i].cost});
    };
    for (std::size_t slot = Method; slot <= Payload; ++slot) add(slot, tables_[slot]);
    // Another secret costs an asymmetric key to be made: after what is told by a digest alone.
    for (std::size_t i = 1; i < secrets_.size(); ++i) {
      choices_.push_back({Key, i, secrets_[i].cost + (hmac_ ? 0 : 1)});
    }
    for (std::size_t i = 0; i < values_.size(); ++i) add(Headers + i, values_[i]);
    add(Forms, forms_);
    add(Framing, frames_);
    add(Signing, to_sign_);
    if (question_.algorithm == Algorithm::V11HmacSha256) {
      for (std::size_t i = 0; i < kScopeForms; ++i) choices_.push_back({Key, kOwnKeys + i, 2});
    }
    std::ranges::stable_sort(choices_, {}, &Choice::cost);
  }

  std::optional<Proof> try_all() {
    if (auto proof = try_singles(choices_); proof || exhausted_) return proof;
    if (auto proof = try_singles(deepen()); proof || exhausted_) return proof;
    singles_done_ = true;
    std::array<std::vector<Choice>, kMostToPair + 1> by_cost;
    for (const auto& choice : choices_) {
      if (choice.cost <= kMostToPair)
        by_cost[static_cast<std::size_t>(choice.cost)].push_back(choice);
    }
    for (int sum = 2; sum <= kMostOfPair; ++sum) {
      for (int low = 1; low * 2 <= sum; ++low) {
        if (sum - low > kMostToPair) continue;
        if (auto proof = try_pairs(by_cost[static_cast<std::size_t>(low)],
                                   by_cost[static_cast<std::size_t>(sum - low)]))
          return proof;
        if (exhausted_) return std::nullopt;
      }
    }
    return std::nullopt;
  }

  std::optional<Proof> try_singles(const std::vector<Choice>& choices) {
    for (const auto& choice : choices) {
      if (spent()) return std::nullopt;
      chosen_[choice.slot] = choice.index;
      if (fits()) return proof_of(choice, nullptr);
      chosen_[choice.slot] = 0;
    }
    return std::nullopt;
  }

  // The many of little likelihood, behind those of the tables.
  std::vector<Choice> deepen() {
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

  std::optional<Proof> try_pairs(const std::vector<Choice>& left,
                                 const std::vector<Choice>& right) {
    for (const auto& first : left) {
      chosen_[first.slot] = first.index;
      for (const auto& second : right) {
        // Each pair once where both lists are the same.
        if (first.slot == second.slot || (&left == &right && second.slot < first.slot)) continue;
        if (spent()) return std::nullopt;
        chosen_[second.slot] = second.index;
        if (fits())
          return first.slot < second.slot ? proof_of(first, &second) : proof_of(second, &first);
        chosen_[second.slot] = 0;
      }
      chosen_[first.slot] = 0;
    }
    return std::nullopt;
  }

  bool spent() {
    if (tried_ >= limits_.candidates) exhausted_ = true;
    if ((hmac_ ? tried_ % 64 == 0 : true) && processor_time() - begin_ > limits_.time)
      exhausted_ = true;
    return exhausted_;
  }

  Text line(std::size_t slot) const { return tables_[slot][chosen_[slot]].text; }

  // Is this what was signed?
  bool fits() {
    ++tried_;
    bool plain_headers = chosen_[Forms] == 0;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (chosen_[Headers + i] == 0) continue;
      plain_headers = false;
      lines_[i].value = values_[i][chosen_[Headers + i]].text;
    }
    Text block = base_block_, list = base_list_;
    if (!plain_headers) {
      write_headers(forms_[chosen_[Forms]], lines_, question_, block_, list_);
      block = block_;
      list = list_;
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (chosen_[Headers + i] != 0) lines_[i].value = values_[i][0].text;
    }
    const auto& form = to_sign_[chosen_[Signing]];
    const Text payload =
        chosen_[Payload] == 0 && !form.payload.empty() ? Text(form.payload) : line(Payload);
    write_canonical(frames_[chosen_[Framing]],
                    {line(Method), line(Path), line(Query), block, list, payload}, canonical_);
    write_to_sign(form, canonical_, text_);
    if (hmac_) return key(form).mac(text_) == expected_;
    return fits_asymmetric();
  }

  const crypto::HmacKey& key(const ToSign& form) {
    auto& slot = keys_[{chosen_[Key], form.mac, form.key_scope}];
    if (!slot)
      slot = std::make_unique<crypto::HmacKey>(make_key(chosen_[Key], form.mac, form.key_scope));
    return *slot;
  }

  // Indices of V11's other keys, apart from those of secrets.
  static constexpr std::size_t kOwnKeys = 1'000'000, kScopeForms = 6;

  // V11: other ways from the secret to the key.
  crypto::HmacKey make_key(std::size_t index, crypto::Hash hash, Text scope) const {
    const bool own = index >= kOwnKeys;
    const Text secret = secrets_[own ? 0 : index].text;
    if (question_.algorithm != Algorithm::V11HmacSha256) return {hash, secret};
    const Text id = question_.access_key_id;
    if (!own)
      return authn::signature::derive_scope_key(id, base::Secret(std::string(secret)), scope);
    const auto hkdf = [](Text salt, Text input, Text info) {
      return crypto::hkdf_sha256(salt, input, info);
    };
    switch (index - kOwnKeys) {
      case 0:
        return {hash, secret};
      case 1:
        return {hash, base::as_text(hkdf(id, secret, question_.scope))};
      case 2:
        return {hash, base::to_hex(hkdf(secret, id, question_.scope))};
      case 3: {
        std::string upper = base::to_hex(hkdf(id, secret, question_.scope));
        for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        return {hash, upper};
      }
      case 4:
        return {hash, base::to_hex(hkdf("", secret, question_.scope))};
      default: {  // AWS's chain
        auto bytes =
            crypto::HmacKey(hash, "SDK" + std::string(secret)).mac(question_.scope.substr(0, 8));
        for (const auto part : base::split(question_.scope, '/')) {
          bytes = crypto::HmacKey(hash, base::as_text(bytes)).mac(part);
        }
        return {hash, base::as_text(bytes)};
      }
    }
  }

  bool fits_asymmetric() {
    if (chosen_[Key] >= kOwnKeys) return false;
    const auto [slot, is_new] = probes_.try_emplace(chosen_[Key]);
    if (is_new) slot->second = make_probe(secrets_[chosen_[Key]].text);
    return slot->second && slot->second->fits(text_);
  }

  std::optional<crypto::SignatureProbe> make_probe(const std::string& secret) const {
    const auto curve =
        question_.algorithm == Algorithm::Sm2Sm3 ? crypto::Curve::Sm2 : crypto::Curve::P256;
    const auto key =
        crypto::SigningKey::derive(curve, authn::signature::algorithm_name(question_.algorithm),
                                   question_.access_key_id, base::Secret(secret));
    if (!key) return std::nullopt;
    return crypto::SignatureProbe::create(curve, *key, der_);
  }

  // --- what a match tells

  struct Told {
    Cause cause;
    std::string line, habit, header, was, is;
  };

  Told told(const Choice& choice) const {
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
        if (choice.index >= kOwnKeys)
          return {Cause::SignatureStringToSign, "key", "v11_key", "", "", ""};
        return of(secrets_, "secret", false);
      case Forms:
        return told_form(choice);
      case Framing:
        return {Cause::SignatureCanonicalForm,
                "canonical_request",
                std::string(frames_[choice.index].habit),
                "",
                "",
                ""};
      case Signing:
        return told_signing(choice);
      default:
        break;
    }
    const auto header = choice.slot - Headers;
    auto out = of(values_[header], "header", !is_credential(lines_[header].name));
    out.header = lines_[header].name;
    return out;
  }

  Told told_form(const Choice& choice) const {
    const auto& form = forms_[choice.index];
    Told out{form.cause, "headers", std::string(form.habit), "", "", ""};
    std::string block, list;
    write_headers(form, lines_, question_, block, list);
    if (list != base_list_) {
      out.line = "signed_headers";
      out.was = list;
      out.is = base_list_;
    }
    if (form.leave_out >= 0) out.header = lines_[static_cast<std::size_t>(form.leave_out)].name;
    if (!form.extra.name.empty()) out.header = form.extra.name;
    return out;
  }

  Told told_signing(const Choice& choice) const {
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

  Proof proof_of(const Choice& first, const Choice* second) const {
    const auto main = told(first);
    Proof proof{.cause = main.cause,
                .line = main.line,
                .header = main.header,
                .habit = main.habit,
                .signed_text = main.was,
                .arrived_text = main.is};
    if (second) {
      const auto other = told(*second);
      proof.also = other.cause;
      proof.also_line = other.line;
    }
    return proof;
  }

  const Question& question_;
  const Limits limits_;
  const base::Duration begin_;
  std::vector<HeaderLine> lines_;
  std::array<Alternatives, 4> tables_;
  std::vector<Form> forms_;
  std::vector<Frame> frames_;
  std::vector<ToSign> to_sign_;
  Alternatives secrets_;
  std::vector<Alternatives> values_;
  std::vector<std::size_t> chosen_;
  std::vector<Choice> choices_;
  std::map<std::tuple<std::size_t, crypto::Hash, std::string>, std::unique_ptr<crypto::HmacKey>>
      keys_;
  std::map<std::size_t, std::optional<crypto::SignatureProbe>> probes_;
  std::string base_block_, base_list_, block_, list_, canonical_, text_, der_;
  crypto::Digest expected_{};
  bool hmac_ = false, exhausted_ = false, singles_done_ = false;
  std::size_t tried_ = 0;
};

}  // namespace

Finding search(const Question& question, const Limits& limits) {
  return Search(question, limits).run();
}

}  // namespace jianmen::diagnose::signature
