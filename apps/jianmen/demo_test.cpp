#include "demo.hpp"

#include <gtest/gtest.h>

#include "crypto/password.hpp"

namespace jianmen::app {
namespace {

TEST(Demo, ItsHashesAreThoseOfItsPasswords) {
  const auto data = demo_data();
  const auto fixture = demo_fixture();
  const auto& shown = data.at("users").as_array();
  const auto& loaded = fixture.at("users").as_array();
  ASSERT_EQ(shown.size(), loaded.size());
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const base::Secret password{base::string_or(shown[i], "password", "")};
    EXPECT_EQ(base::find(loaded[i], "password"), nullptr);
    EXPECT_TRUE(crypto::verify_password(password, base::string_or(loaded[i], "password_hash", "")))
        << base::string_or(shown[i], "name", "");
  }
}

TEST(Demo, PrintsALineToPasteForEachClient) {
  const auto text = demo_text(demo_data(), {"http://127.0.0.1:8080"}, "");
  for (const auto* client : {"curl ", "Python ", "Go ", "Java ", "Node.js ", "Terraform "}) {
    EXPECT_NE(text.find(client), std::string::npos) << client;
  }
  EXPECT_NE(text.find("JIANMENDEMOADMIN0001"), std::string::npos);
}

}  // namespace
}  // namespace jianmen::app
