#pragma once
// What `serve --demo` prints once it serves: the demo's fixed credentials and one line to paste for
// each client.

#include <string>
#include <vector>

#include "base/json.hpp"

namespace jianmen::app {

// data/demo.json, compiled in; for people.
base::json::value demo_data();
// The same to be loaded: with password hashes made beforehand in place of the passwords.
base::json::value demo_fixture();

// `urls` as served; `ca` the path of the CA's certificate, empty without https.
std::string demo_text(const base::json::value& fixture, const std::vector<std::string>& urls,
                      const std::string& ca);

}  // namespace jianmen::app
