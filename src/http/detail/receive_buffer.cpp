#include "http/detail/receive_buffer.hpp"

#include <cstring>
#include <utility>

namespace jianmen::http::detail {

namespace {

constexpr std::size_t kKeepOut = 64 * 1024;

}  // namespace

std::span<char> ReceiveBuffer::room(RequestParser& parser) {
  if (end_ == capacity()) {
    char* const from = message();
    const std::size_t size = this->size();
    if (size <= capacity() / 2) {
      std::memmove(data(), from, size);
      parser.move(from, data());
    } else {
      const std::size_t capacity = 2 * this->capacity();
      std::unique_ptr<char[]> larger(new char[capacity]);
      std::memcpy(larger.get(), from, size);
      parser.move(from, larger.get());
      release_heap();
      heap_ = std::move(larger);
      heap_capacity_ = capacity;
      heap_bytes_ += capacity;
    }
    begin_ = 0;
    end_ = size;
  }
  return {data() + end_, capacity() - end_};
}

void ReceiveBuffer::consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) begin_ = end_ = 0;
  if (heap_ && size() <= kSlab / 2) {
    const std::size_t size = this->size();
    std::memcpy(slab_.data(), message(), size);
    release_heap();
    begin_ = 0;
    end_ = size;
  }
}

void ReceiveBuffer::release_heap() {
  if (heap_) heap_bytes_ -= heap_capacity_;
  heap_.reset();
  heap_capacity_ = 0;
}

std::unique_ptr<Scratch> ScratchPool::borrow() {
  if (free_.empty()) return std::make_unique<Scratch>(limits_, heap_bytes_);
  auto scratch = std::move(free_.back());
  free_.pop_back();
  return scratch;
}

void ScratchPool::give_back(std::unique_ptr<Scratch> scratch) {
  if (free_.size() >= kKeep || !scratch->input.empty()) return;
  if (scratch->out.capacity() > kKeepOut) scratch->out = std::string();
  scratch->parser.reset();
  free_.push_back(std::move(scratch));
}

}  // namespace jianmen::http::detail
