#pragma once
// Many literal phrases looked for in one pass. A phrase is squeezed (read_text.hpp), at least four
// bytes; where each stands first. Immutable after build(); any thread may search.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "diagnose/paste/read_text.hpp"

namespace jianmen::diagnose::paste {

class Phrases {
 public:
  static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);

  // `whole`: no letter or digit may touch it in the text (error codes).
  std::size_t add(std::string_view phrase, bool whole);
  void build();

  // By phrase number: the first place in the squeezed text, or kAbsent. A phrase that the end of
  // the text cuts after most of its letters stands there too.
  std::vector<std::size_t> search(const Readable& readable) const;

 private:
  struct Phrase {
    std::string text;
    bool whole = false;
  };
  static std::size_t slot(const char* bytes);
  static std::size_t cut_size(std::string_view phrase, std::string_view text);
  std::vector<Phrase> phrases_;
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<std::vector<std::uint32_t>> by_start_;  // by the hash of the first four bytes
};

}  // namespace jianmen::diagnose::paste
