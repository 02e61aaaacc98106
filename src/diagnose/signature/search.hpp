#pragma once
// Signature faults: search, don't guess. The verifier holds the SK, so it can try what a mistaken
// client would have signed: single mistakes first, then pairs, within a bound of candidates and of
// time. A match is a proof. Pure, no output holds a secret, an expected signature or the body.
// Thread safety: any thread; a search takes up to Limits::time of processor time, and the time of a
// batch that was begun.

#include <cstddef>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "diagnose/signature/alternative.hpp"
#include "diagnose/signature/question.hpp"
#include "identity/refusal.hpp"

namespace jianmen::diagnose::signature {

struct Limits {
  std::size_t candidates = 50'000;
  base::Duration time = std::chrono::milliseconds(45);        // of the processor
  base::Duration wall_time = std::chrono::milliseconds(500);  // on a machine that has none to give
};

struct Proof {
  Cause cause = Cause::Unknown;
  std::string line;                // "query", "header", "payload", "secret", "canonical_request" …
  std::string header = {};         // lower-case name, when the line is a header
  std::string habit = {};          // which mistake exactly, a word
  std::string signed_text = {};    // the line as it was signed; empty when it may not be shown
  std::string arrived_text = {};   // the line as it arrived
  std::optional<Cause> also = {};  // a second mistake in the same request
  std::string also_line = {};
};

// Why nothing was searched.
enum class Skipped { No, Limit /* too many searches for this access key */, EvidenceGone };

struct Finding {
  std::optional<Proof> proof = {};
  bool holds = false;  // the signature is right as it is: nothing is to be explained
  std::size_t tried = 0;
  bool complete = true;    // every single mistake was tried, not only those before the bound
  bool body_whole = true;  // false: the body was too long to be kept, its other writings untried
  Skipped skipped = Skipped::No;
};

Finding search(const Question& question, const Limits& limits = {});

}  // namespace jianmen::diagnose::signature
