#pragma once
// Which credential each tool would use, by its own rules: variables, then profile files, then the
// instance's metadata (named, never contacted). Pure but for the reader that is handed in.
// Sources: the SDKs' documentation of default credentials; Terraform's and OpenStack's variables.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/credentials.hpp"

namespace jianmen::diagnose::live {

// The text of a file; nullopt: there is none, or it cannot be read.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;

struct ToolCredential {
  std::string_view tools;  // "Python, Go and Java SDKs"
  std::string source;      // "HUAWEICLOUD_SDK_AK", a file's path; empty: none
  std::string access_key_id;
};

struct Surroundings {
  std::vector<ToolCredential> tools;
  // The first complete one, in the order of `tools`; its source.
  std::optional<client::Credentials> chosen;
  std::string chosen_source;
  std::string region;  // HW_REGION_NAME, OS_REGION_NAME; empty: none
  // What is odd, by key of data/live-steps.json, with the variable or file that it is about.
  std::vector<std::pair<std::string, std::string>> oddities;
};

Surroundings look_around(const client::Environment& environment, const ReadFile& read_file);

// HUAWEICLOUD_SDK_IAM_ENDPOINT with its scheme; empty: not set.
std::string endpoint_variable(const client::Environment& environment);

}  // namespace jianmen::diagnose::live
