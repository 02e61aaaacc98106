#include "diagnose/signature/fit.hpp"

#include <algorithm>
#include <utility>

#include "authn/signature/verify.hpp"
#include "base/encoding.hpp"

namespace jianmen::diagnose::signature {

namespace {

using Text = std::string_view;

constexpr std::size_t kBlock = 64;  // of both hashes
// A batch's share in what all of it needs goes down with its size; the likeliest come first and are
// not to wait for many others.
constexpr std::size_t kFirstBatch = 64, kLargestBatch = 256;
constexpr std::size_t kKeysAtOnce = 256;

}  // namespace

void SharedPrefix::set(Text text) {
  text_ = text;
  states_.clear();
  crypto::Hasher hasher(hash_);
  for (std::size_t at = 0; at + kBlock <= text.size(); at += kBlock) {
    states_.push_back(hasher);
    hasher.update(text.substr(at, kBlock));
  }
  states_.push_back(hasher);
  hasher.update(text.substr(text.size() / kBlock * kBlock));
  whole_ = hasher.finish();
}

crypto::Digest SharedPrefix::digest(Text text) const {
  const auto parted = std::ranges::mismatch(text_, text).in2;
  const auto same = static_cast<std::size_t>(parted - text.begin());
  if (same == text.size() && same == text_.size()) return whole_;
  const auto blocks = std::min(same / kBlock, states_.size() - 1);
  auto hasher = states_[blocks];
  hasher.update(text.substr(blocks * kBlock));
  return hasher.finish();
}

Fit::Fit(const Question& question, Tables& tables)
    : question_(question),
      tables_(tables),
      hash_(authn::signature::hash_of(question.algorithm)),
      prefix_(hash_),
      batch_(kFirstBatch) {
  const auto bytes = base::from_hex(question.signature).value_or(std::string());
  if (question.algorithm == Algorithm::EcdsaP256Sha256 || question.algorithm == Algorithm::Sm2Sm3) {
    const auto curve = hash_ == crypto::Hash::Sm3 ? crypto::Curve::Sm2 : crypto::Curve::P256;
    probe_ = crypto::SignatureProbe::create(
        curve, authn::signature::algorithm_name(question.algorithm), question.access_key_id, bytes);
  } else if (bytes.size() == expected_.size()) {
    std::ranges::copy(bytes, expected_.begin());
    hmac_ = true;
  }
}

void Fit::begin_like(const Chosen& chosen) {
  tables_.write_canonical(chosen, canonical_);
  prefix_.set(canonical_);
}

void Fit::put(const Chosen& chosen) {
  const auto& form = tables_.to_sign(chosen);
  tables_.write_canonical(chosen, canonical_);
  const auto digest =
      form.hash == hash_ ? prefix_.digest(canonical_) : crypto::digest(form.hash, canonical_);
  write_to_sign(form, canonical_, digest, text_);
  if (probe_) {
    need_probe_key(chosen[Key]);
    probe_->put(chosen[Key], text_);
  } else if (!first_ && hmac_key(chosen[Key], form).mac(text_) == expected_) {
    first_ = waiting_;
  }
  ++waiting_;
}

bool Fit::is_ready() const { return first_ || waiting_ >= batch_; }

std::optional<std::size_t> Fit::take_first() {
  if (waiting_ >= batch_) batch_ = std::min(2 * batch_, kLargestBatch);
  waiting_ = 0;
  return probe_ ? probe_->take_first() : std::exchange(first_, std::nullopt);
}

// The right one alone, as most often it is enough; then many at a time.
void Fit::need_probe_key(std::size_t index) {
  while (probe_->keys() <= index) {
    const auto known = probe_->keys();
    const auto end = known == 0 ? 1 : std::min(known + kKeysAtOnce, tables_.secrets().size());
    std::vector<Text> secrets;
    for (auto i = known; i < end; ++i) secrets.emplace_back(tables_.secrets()[i].text);
    probe_->add_keys(secrets);
  }
}

const crypto::HmacKey& Fit::hmac_key(std::size_t index, const ToSign& form) {
  if (index >= tables_.usual_secrets() && index < kScopeKeys)
    return once_ = make_key(index, form.mac, form.key_scope);
  auto& slot = keys_[{index, form.mac, form.key_scope}];
  if (!slot) slot = std::make_unique<crypto::HmacKey>(make_key(index, form.mac, form.key_scope));
  return *slot;
}

crypto::HmacKey Fit::make_key(std::size_t index, crypto::Hash hash, Text scope) const {
  const bool own = index >= kScopeKeys;
  const Text secret = tables_.secrets()[own ? 0 : index].text;
  if (question_.algorithm != Algorithm::V11HmacSha256) return {hash, secret};
  const Text id = question_.access_key_id;
  if (!own) return authn::signature::derive_scope_key(id, base::Secret(std::string(secret)), scope);
  const auto hkdf = [](Text salt, Text input, Text info) {
    return crypto::hkdf_sha256(salt, input, info);
  };
  switch (index - kScopeKeys) {
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

}  // namespace jianmen::diagnose::signature
