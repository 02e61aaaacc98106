#pragma once
// How far apart two short texts are, for "did you mean". The work is bounded whatever the texts
// hold.

#include <cstddef>
#include <string_view>

namespace jianmen::catalog::detail {

// Levenshtein distance, or `most` + 1 when it is larger or a text is longer than 40 bytes.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most);

}  // namespace jianmen::catalog::detail
