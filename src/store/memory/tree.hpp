#pragma once
// An ordered map that keeps every version of itself: a treap whose nodes never change, so that a
// snapshot is one pointer and a write copies the path from the root. Thread safety: values; a Tree
// may be read from any thread while others make new ones from it.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace jianmen::store::memory {

struct Node;
using Tree = std::shared_ptr<const Node>;

struct Node {
  std::shared_ptr<const Entry> entry;
  std::uint64_t priority =
      0;  // of a parent never below its children's; random, so that the depth is logarithmic
  Tree left, right;
};

const Entry* find(const Tree& tree, std::string_view key);
Tree put(const Tree& tree, std::shared_ptr<const Entry> entry, std::uint64_t priority);
Tree erase(const Tree& tree, std::string_view key);

// Entries with begin <= key < end (`end` empty: to the last), ascending, at most `limit`; appended
// to `out`.
void collect(const Tree& tree, std::string_view begin, std::string_view end, std::size_t limit,
             std::vector<const Entry*>& out);

}  // namespace jianmen::store::memory
