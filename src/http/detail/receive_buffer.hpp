#pragma once
// What a session needs only while it works on a request: the bytes received, the parser of the
// current message and room for the answer. Borrowed from the worker's pool, so that an idle
// connection holds none of it.

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/chunked.hpp"
#include "http/parser.hpp"

namespace jianmen::http::detail {

// Received bytes in one piece: first the current message, then what has come after it. It begins in
// a slab of 16 KiB and moves to the heap for what is longer.
class ReceiveBuffer {
 public:
  static constexpr std::size_t kSlab = 16 * 1024;

  explicit ReceiveBuffer(std::size_t& heap_bytes) : heap_bytes_(heap_bytes) {}
  ~ReceiveBuffer() { release_heap(); }
  ReceiveBuffer(const ReceiveBuffer&) = delete;
  ReceiveBuffer& operator=(const ReceiveBuffer&) = delete;

  char* message() { return data() + begin_; }
  std::string_view view() { return {message(), size()}; }
  std::size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }

  // Room for more bytes, at least one. The message may move: then `parser` is told.
  std::span<char> room(RequestParser& parser);
  void added(std::size_t bytes) { end_ += bytes; }
  void consume(std::size_t bytes);  // the message is done: the next one begins there
  void truncate(std::size_t size) { end_ = begin_ + size; }

 private:
  char* data() { return heap_ ? heap_.get() : slab_.data(); }
  std::size_t capacity() const { return heap_ ? heap_capacity_ : kSlab; }

  void release_heap();

  std::size_t& heap_bytes_;  // of all buffers of the worker
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t heap_capacity_ = 0;
  std::unique_ptr<char[]> heap_;
  std::array<char, kSlab> slab_;
};

struct Scratch {
  Scratch(const Limits& limits, std::size_t& heap_bytes)
      : input(heap_bytes), parser(limits), chunks(limits.body) {}

  ReceiveBuffer input;
  RequestParser parser;
  ChunkedDecoder chunks;
  // Of a body, in bytes from the message's begin: where its raw bytes are read next, where its
  // content ends.
  std::size_t read_at = 0;
  std::size_t content_end = 0;
  std::string out;
};

class ScratchPool {
 public:
  explicit ScratchPool(const Limits& limits) : limits_(limits) {}
  std::unique_ptr<Scratch> borrow();
  void give_back(std::unique_ptr<Scratch> scratch);  // kept for the next one if its input is empty
  std::size_t& heap_bytes() { return heap_bytes_; }  // of every large message of the worker

 private:
  static constexpr std::size_t kKeep = 64;
  const Limits limits_;
  std::size_t heap_bytes_ = 0;
  std::vector<std::unique_ptr<Scratch>> free_;
};

}  // namespace jianmen::http::detail
