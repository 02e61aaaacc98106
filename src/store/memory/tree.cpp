#include "store/memory/tree.hpp"

#include <utility>

namespace jianmen::store::memory {

namespace {

Tree with_children(const Tree& node, Tree left, Tree right) {
  return std::make_shared<const Node>(
      Node{node->entry, node->priority, std::move(left), std::move(right)});
}

Tree merge(const Tree& left, const Tree& right) {
  if (!left) return right;
  if (!right) return left;
  if (left->priority >= right->priority) {
    return with_children(left, left->left, merge(left->right, right));
  }
  return with_children(right, merge(left, right->left), right->right);
}

}  // namespace

const Entry* find(const Tree& tree, std::string_view key) {
  const Node* node = tree.get();
  while (node) {
    int order = key.compare(node->entry->key);
    if (order == 0) return node->entry.get();
    node = order < 0 ? node->left.get() : node->right.get();
  }
  return nullptr;
}

Tree put(const Tree& tree, std::shared_ptr<const Entry> entry, std::uint64_t priority) {
  if (!tree) return std::make_shared<const Node>(Node{std::move(entry), priority, {}, {}});
  int order = entry->key.compare(tree->entry->key);
  if (order == 0) {
    return std::make_shared<const Node>(
        Node{std::move(entry), tree->priority, tree->left, tree->right});
  }
  if (order < 0) {
    Tree left = put(tree->left, std::move(entry), priority);
    if (left->priority <= tree->priority) return with_children(tree, left, tree->right);
    return with_children(left, left->left, with_children(tree, left->right, tree->right));
  }
  Tree right = put(tree->right, std::move(entry), priority);
  if (right->priority <= tree->priority) return with_children(tree, tree->left, right);
  return with_children(right, with_children(tree, tree->left, right->left), right->right);
}

Tree erase(const Tree& tree, std::string_view key) {
  if (!tree) return tree;
  int order = key.compare(tree->entry->key);
  if (order == 0) return merge(tree->left, tree->right);
  if (order < 0) return with_children(tree, erase(tree->left, key), tree->right);
  return with_children(tree, tree->left, erase(tree->right, key));
}

void collect(const Tree& tree, std::string_view begin, std::string_view end, std::size_t limit,
             std::vector<const Entry*>& out) {
  if (!tree || out.size() >= limit) return;
  const std::string& key = tree->entry->key;
  bool after_begin = begin <= key;
  bool before_end = end.empty() || key < end;
  if (after_begin) collect(tree->left, begin, end, limit, out);
  if (after_begin && before_end && out.size() < limit) out.push_back(tree->entry.get());
  if (before_end) collect(tree->right, begin, end, limit, out);
}

}  // namespace jianmen::store::memory
