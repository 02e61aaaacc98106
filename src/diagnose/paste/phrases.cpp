#include "diagnose/paste/phrases.hpp"

#include <algorithm>
#include <cstring>

namespace jianmen::diagnose::paste {

namespace {

constexpr std::size_t kSlots = 1U << 14U;
constexpr std::size_t kStart = 4, kLeastOfCut = 12, kMostOfCut = 200;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// A digit after a code makes it another code; a letter before it, another family.
bool stands_alone(const Readable& readable, std::size_t begin, std::size_t end) {
  const auto first = readable.at[begin], last = readable.at[end - 1];
  if (first > 0 && is_word(readable.text[first - 1])) return false;
  return last + 1 >= readable.text.size() || !is_word(readable.text[last + 1]);
}

}  // namespace

std::size_t Phrases::slot(const char* bytes) {
  std::uint32_t key = 0;
  std::memcpy(&key, bytes, sizeof key);
  return (key * 2654435761U) >> 18U;
}

std::size_t Phrases::add(std::string_view phrase, bool whole) {
  auto text = squeeze(phrase);
  const auto [found, is_new] = numbers_.try_emplace(text + (whole ? "!" : ""), phrases_.size());
  if (is_new) phrases_.push_back({.text = std::move(text), .whole = whole});
  return found->second;
}

void Phrases::build() {
  by_start_.assign(kSlots, {});
  for (std::size_t i = 0; i < phrases_.size(); ++i) {
    if (phrases_[i].text.size() < kStart) continue;
    by_start_[slot(phrases_[i].text.data())].push_back(static_cast<std::uint32_t>(i));
  }
}

// The last words of a text that was cut: most of a phrase, up to the text's end.
std::size_t Phrases::cut_size(std::string_view phrase, std::string_view text) {
  const auto least = std::max(kLeastOfCut, phrase.size() * 6 / 10);
  for (auto size = std::min(phrase.size() - 1, text.size()); size >= least; --size) {
    if (text.ends_with(phrase.substr(0, size))) return size;
  }
  return 0;
}

std::vector<std::size_t> Phrases::search(const Readable& readable) const {
  std::vector<std::size_t> first(phrases_.size(), kAbsent);
  const std::string_view text = readable.squeezed;
  for (std::size_t i = 0; i + kStart <= text.size(); ++i) {
    for (const auto number : by_start_[slot(text.data() + i)]) {
      const auto& phrase = phrases_[number];
      if (first[number] != kAbsent || !text.substr(i).starts_with(phrase.text)) continue;
      if (phrase.whole && !stands_alone(readable, i, i + phrase.text.size())) continue;
      first[number] = i;
    }
  }
  const auto end = text.substr(text.size() - std::min<std::size_t>(text.size(), kMostOfCut));
  // What several phrases begin with tells none of them.
  std::size_t best = kAbsent, longest = 0;
  bool only = false;
  for (std::size_t i = 0; i < phrases_.size(); ++i) {
    const auto& phrase = phrases_[i];
    if (first[i] != kAbsent || phrase.whole || phrase.text.size() <= kLeastOfCut) continue;
    const auto size = cut_size(phrase.text, end);
    if (size == 0 || size < longest) continue;
    only = size > longest;
    longest = size;
    best = i;
  }
  if (only) first[best] = text.size() - longest;
  return first;
}

}  // namespace jianmen::diagnose::paste
