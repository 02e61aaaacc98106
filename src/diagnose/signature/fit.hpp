#pragma once
// Whether a candidate is what was signed, for many candidates: what they have in common is computed
// once. Candidates are put one after the other and answered when taken, as some algorithms are
// cheaper in numbers. Thread safety: one thread at a time.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "crypto/digest.hpp"
#include "crypto/signature_probe.hpp"
#include "diagnose/signature/tables.hpp"

namespace jianmen::diagnose::signature {

// Digests of texts that begin alike: from the block on where they part.
class SharedPrefix {
 public:
  explicit SharedPrefix(crypto::Hash hash) : hash_(hash) {}
  void set(std::string_view text);  // what the next ones begin like
  crypto::Digest digest(std::string_view text) const;

 private:
  crypto::Hash hash_;
  std::string text_;
  crypto::Digest whole_{};
  std::vector<crypto::Hasher> states_;  // after each whole block
};

class Fit {
 public:
  // Both outlive it.
  Fit(const Question& question, Tables& tables);

  bool possible() const { return hmac_ || probe_; }  // else it is no signature at all
  void begin_like(const Chosen& chosen);             // candidates to come differ little from it
  void put(const Chosen& chosen);
  std::size_t waiting() const { return waiting_; }
  bool is_ready() const;  // time to take
  // The place of the first that fits among those that wait; then none waits.
  std::optional<std::size_t> take_first();

 private:
  const crypto::HmacKey& hmac_key(std::size_t index, const ToSign& form);
  crypto::HmacKey make_key(std::size_t index, crypto::Hash hash, std::string_view scope) const;
  void need_probe_key(std::size_t index);

  const Question& question_;
  Tables& tables_;
  crypto::Hash hash_;
  SharedPrefix prefix_;
  bool hmac_ = false;
  crypto::Digest expected_{};
  std::optional<crypto::SignatureProbe> probe_;
  std::map<std::tuple<std::size_t, crypto::Hash, std::string>, std::unique_ptr<crypto::HmacKey>>
      keys_;
  crypto::HmacKey once_;  // of a secret that comes once
  std::string canonical_, text_;
  std::size_t waiting_ = 0, batch_;
  std::optional<std::size_t> first_;
};

}  // namespace jianmen::diagnose::signature
