#pragma once
// The file of the master key: read only when nobody else may read it, made whole or not at all.

#include <filesystem>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace jianmen::crypto::detail {

// NotFound when there is no such file; Denied when its mode lets others in.
base::Result<base::Secret> read_key_file(const std::filesystem::path& file);
// Writes `text` with mode 0600, on disk when it returns. No error when the file exists by then: it
// stays as it is.
base::Result<> create_key_file(const std::filesystem::path& file, std::string_view text);

}  // namespace jianmen::crypto::detail
