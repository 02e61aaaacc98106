#include "diagnose/live/environment.hpp"

#include <map>

#include <gtest/gtest.h>

namespace jianmen::diagnose::live {
namespace {

using Map = std::map<std::string, std::string>;

std::optional<std::string> find(const Map& values, const std::string& name) {
  const auto found = values.find(name);
  if (found == values.end()) return std::nullopt;
  return found->second;
}

Surroundings look(const Map& variables, const Map& files = {}) {
  return look_around([&](const char* name) { return find(variables, name); },
                     [&](const std::string& path) { return find(files, path); });
}

TEST(LookAround, ChoosesAsTheToolsDo) {
  const Map profile{{"/h/.huaweicloud/credentials", "[basic]\nak = P\nsk = S\n"}};
  const struct {
    const char* name;
    Map variables, files;
    const char *source, *oddity;
  } cases[] = {
      {"nothing", {}, {}, "", ""},
      {"variables",
       {{"HUAWEICLOUD_SDK_AK", "A"}, {"HUAWEICLOUD_SDK_SK", "S"}, {"HOME", "/h"}},
       profile,
       "HUAWEICLOUD_SDK_AK",
       ""},
      {"the profile", {{"HOME", "/h"}}, profile, "/h/.huaweicloud/credentials", ""},
      {"half a pair",
       {{"HUAWEICLOUD_SDK_AK", "A"}, {"HOME", "/h"}},
       profile,
       "/h/.huaweicloud/credentials",
       "environment.half_pair"},
      {"a profile of another section",
       {{"HOME", "/h"}},
       {{"/h/.huaweicloud/credentials", "[global]\nak = P\nsk = S\n"}},
       "",
       "environment.bad_profile"},
      {"a file that is not there",
       {{"HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/x"}},
       {},
       "",
       "environment.no_profile"},
      {"Terraform's", {{"HW_ACCESS_KEY", "A"}, {"HW_SECRET_KEY", "S"}}, {}, "HW_ACCESS_KEY", ""},
      {"a token alone", {{"OS_AUTH_TOKEN", "T"}}, {}, "OS_AUTH_TOKEN", ""},
      {"a quoted secret",
       {{"HUAWEICLOUD_SDK_AK", "A"}, {"HUAWEICLOUD_SDK_SK", "\"S\""}},
       {},
       "HUAWEICLOUD_SDK_AK",
       "environment.secret_framed"},
  };
  for (const auto& c : cases) {
    const auto around = look(c.variables, c.files);
    EXPECT_EQ(around.chosen_source, c.source) << c.name;
    EXPECT_EQ(around.oddities.empty() ? "" : around.oddities.front().first, c.oddity) << c.name;
    EXPECT_EQ(around.tools.size(), 4U) << c.name;
  }
}

TEST(LookAround, SdksWithoutProfilesDoNotSeeTheFile) {
  const auto around =
      look({{"HOME", "/h"}}, {{"/h/.huaweicloud/credentials", "[basic]\nak=P\nsk=S"}});
  EXPECT_EQ(around.tools[0].access_key_id, "P");
  EXPECT_EQ(around.tools[1].access_key_id, "");
}

}  // namespace
}  // namespace jianmen::diagnose::live
