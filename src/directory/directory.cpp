#include "directory/directory.hpp"

#include <array>

#include "directory/detail/core.hpp"
#include "directory/detail/debts.hpp"

namespace jianmen::directory {

Directory::Directory(store::Store& store, const catalog::Catalog& catalog,
                     const crypto::Vault& vault, const base::Clock& clock, base::Random& random)
    : impl_(std::make_unique<Impl>(store, catalog, vault, clock, random)) {
  detail::pay_all(*impl_);
}

Directory::~Directory() = default;

std::uint64_t Directory::generation() const {
  return impl_->generation.load(std::memory_order_acquire);
}

const catalog::Catalog& Directory::catalog() const { return impl_->catalog; }

Result<> Directory::clear() {
  return impl_->change([](const store::Snapshot&, store::Transaction& tx) -> Result<> {
    for (const std::string_view shelf : detail::keys::kShelves) {
      tx.erase_range(std::string(shelf), store::prefix_end(shelf));
    }
    return {};
  });
}

}  // namespace jianmen::directory
