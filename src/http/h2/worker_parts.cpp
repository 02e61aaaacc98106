#include <utility>

#include "http/h2/connection.hpp"

namespace jianmen::http::h2 {

std::unique_ptr<Exchange> WorkerParts::borrow() {
  if (free_.empty()) return std::make_unique<Exchange>();
  auto exchange = std::move(free_.back());
  free_.pop_back();
  return exchange;
}

void WorkerParts::give_back(std::unique_ptr<Exchange> exchange) {
  if (free_.size() >= kKeep) return;
  exchange->reset();
  free_.push_back(std::move(exchange));
}

std::span<char> WorkerParts::input() {
  if (!input_) input_ = std::make_unique<std::array<char, kInput>>();
  return *input_;
}

}  // namespace jianmen::http::h2
