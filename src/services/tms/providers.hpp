#pragma once
// The services whose resources carry tags (data/tms/providers.json). Immutable.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace jianmen::services::tms {

struct ResourceType {
  std::string type, en, zh;
};

struct Provider {
  std::string name, en, zh;
  bool global = false;
  std::vector<ResourceType> types;
};

class Providers {
 public:
  static base::Result<Providers> create(std::string_view json);
  const std::vector<Provider>& list() const { return providers_; }
  bool knows_type(std::string_view type) const;

 private:
  std::vector<Provider> providers_;
};

}  // namespace jianmen::services::tms
