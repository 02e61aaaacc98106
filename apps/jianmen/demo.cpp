#include "demo.hpp"

#include <algorithm>

#include "catalog/embedded.hpp"

namespace jianmen::app {

namespace {

namespace json = base::json;

std::string text_of(const json::value& value, std::string_view key) {
  return base::string_or(value, key, "");
}

// The first key pair of a user.
std::pair<std::string, std::string> key_of(const json::value& user) {
  const auto* keys = base::find_array(user, "keys");
  if (!keys || keys->empty()) return {};
  return {text_of(keys->front(), "ak"), text_of(keys->front(), "sk")};
}

std::string user_table(const json::array& users) {
  std::string text;
  for (const auto& user : users) {
    const auto [ak, sk] = key_of(user);
    std::string name = text_of(user, "name");
    name.resize(std::max<std::size_t>(name.size(), 10), ' ');
    std::string password = text_of(user, "password");
    password.resize(std::max<std::size_t>(password.size(), 18), ' ');
    text += "  " + name + " password " + password + " AK " + ak + "  SK " + sk + "\n";
  }
  return text;
}

std::string first_url(const std::vector<std::string>& urls, std::string_view scheme) {
  const auto found =
      std::ranges::find_if(urls, [&](const auto& url) { return url.starts_with(scheme); });
  return found == urls.end() ? std::string() : *found;
}

}  // namespace

base::json::value demo_data() {
  auto data = base::parse_json(catalog::embedded("demo.json"));
  // Compiled in and tested: it parses.
  return data ? std::move(*data) : base::json::value();
}

base::json::value demo_fixture() {
  auto fixture = demo_data();
  const auto hashes = base::parse_json(catalog::embedded("demo-passwords.json"));
  if (!hashes || !fixture.is_object()) return fixture;
  for (auto& item : fixture.at("users").as_array()) {
    auto& user = item.as_object();
    const auto hash = base::find_string(*hashes, text_of(item, "name"));
    if (!hash) continue;
    user["password_hash"] = *hash;
    user.erase("password");
  }
  return fixture;
}

std::string demo_text(const json::value& fixture, const std::vector<std::string>& urls,
                      const std::string& ca) {
  std::string url = first_url(urls, "http://");
  if (url.empty()) url = first_url(urls, "https://");
  const auto& users = fixture.at("users").as_array();
  const auto [ak, sk] = key_of(users.front());
  const auto& project = fixture.at("projects").as_array().front();
  const std::string id = text_of(project, "id"), region = text_of(project, "name");

  std::string text = "\nDemo account " +
                     text_of(fixture.at("accounts").as_array().front(), "name") + ", project " +
                     region + " = " + id + "\n" + user_table(users);
  if (!ca.empty()) text += "  certificate authority: " + ca + "\n";
  text +=
      "\ncurl      curl -si " + url + "/v3/auth/tokens -H 'Content-Type: application/json' -d '" +
      R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"demo","password":")" +
      text_of(users.front(), "password") +
      R"(","domain":{"name":"demo"}}}},"scope":{"project":{"name":")" + region + R"("}}}}')" + "\n";
  text += "          jianmen call GET " + url + "/v1/" + id + "/cloudservers/detail --ak " + ak +
          " --sk " + sk + "\n";
  text += "Python    client = EcsClient.new_builder().with_credentials(BasicCredentials(\"" + ak +
          "\", \"" + sk + "\", \"" + id + "\")).with_endpoint(\"" + url + "\").build()\n";
  text += "Go        client := ecs.NewEcsClient(ecs.EcsClientBuilder().WithEndpoint(\"" + url +
          "\").WithCredential(basic.NewCredentialsBuilder().WithAk(\"" + ak + "\").WithSk(\"" + sk +
          "\").WithProjectId(\"" + id + "\").Build()).Build())\n";
  text +=
      "Java      EcsClient client = EcsClient.newBuilder().withCredential(new "
      "BasicCredentials().withAk(\"" +
      ak + "\").withSk(\"" + sk + "\").withProjectId(\"" + id + "\")).withEndpoint(\"" + url +
      "\").build();\n";
  text +=
      "Node.js   const client = EcsClient.newBuilder().withCredential(new "
      "BasicCredentials().withAk(\"" +
      ak + "\").withSk(\"" + sk + "\").withProjectId(\"" + id + "\")).withEndpoint(\"" + url +
      "\").build();\n";
  text += "Terraform provider \"huaweicloud\" { region = \"" + region + "\"  access_key = \"" + ak +
          "\"  secret_key = \"" + sk + "\"  auth_url = \"" + url + "/v3\"  endpoints = { iam = \"" +
          url + "\", ecs = \"" + url + "\", tms = \"" + url + "\" } }\n";
  text += "\nA call failed?  jianmen explain --last, or look: " + url + "/jianmen/\n";
  return text;
}

}  // namespace jianmen::app
