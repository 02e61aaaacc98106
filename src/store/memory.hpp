#pragma once
// The store in memory: the fake for every test, and the demo without a data directory.

#include <memory>

#include "store/store.hpp"

namespace jianmen::store {

std::unique_ptr<Store> make_memory_store(const base::Clock& clock);

}  // namespace jianmen::store
