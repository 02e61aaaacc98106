#pragma once
// Claims as compact bytes: varints, ids of 32 hex digits as 16 bytes, methods as a set of bits.
// What decodes is authenticated already; the decoder still believes nothing about lengths. Pure
// functions.

#include <optional>
#include <string>
#include <string_view>

#include "authn/token/token.hpp"

namespace jianmen::authn {

std::string encode_claims(const Claims& claims);
std::optional<Claims> decode_claims(std::string_view bytes);

}  // namespace jianmen::authn
