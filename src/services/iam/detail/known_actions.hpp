#pragma once
// Which actions exist, as far as this catalogue knows: a custom policy that names another one of
// the same service is refused (IAM.1036), so that a typing mistake does not become a policy that
// allows nothing. Services of which the catalogue has no operations accept every action. Thread
// safety: immutable.

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "catalog/catalog.hpp"

namespace jianmen::services::iam {

class KnownActions {
 public:
  explicit KnownActions(const catalog::Catalog& catalog);

  // "ecs:cloudServers:list", or with `*` anywhere: may it name something?
  bool may_name(std::string_view action) const;

 private:
  void learn(std::string_view action);
  std::map<std::string, std::set<std::string>, std::less<>> by_service_;  // lower case
};

}  // namespace jianmen::services::iam
