#include <array>
#include <cstddef>
#include <new>

#include "net/task.hpp"

// Coroutine frames have few sizes and short lives: a free list per thread and size class makes an
// await cost no malloc. Under AddressSanitizer every frame is a heap block of its own, so that a
// use after the end is seen.

namespace jianmen::net::detail {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kPooled = false;
#else
constexpr bool kPooled = true;
#endif

constexpr std::size_t kStep = 128;
constexpr std::size_t kClasses = 32;  // up to 4 KiB; larger frames go to the heap
constexpr std::size_t kKeepPerClass = 256;

struct FreeFrame {
  FreeFrame* next;
};

struct FreeList {
  FreeFrame* head = nullptr;
  std::size_t size = 0;
};

struct FramePool {
  std::array<FreeList, kClasses> lists;
  bool open =
      true;  // false once the thread's statics are gone: frames then go straight to the heap

  ~FramePool() {
    open = false;
    for (auto& list : lists) {
      while (list.head) ::operator delete(std::exchange(list.head, list.head->next));
    }
  }
};

thread_local FramePool pool;

std::size_t class_of(std::size_t size) { return (size - 1) / kStep; }

}  // namespace

void* allocate_frame(std::size_t size) {
  if constexpr (kPooled) {
    const std::size_t index = class_of(size);
    if (index < kClasses) {
      FreeList& list = pool.lists[index];
      if (list.head && pool.open) {
        --list.size;
        return std::exchange(list.head, list.head->next);
      }
      return ::operator new((index + 1) * kStep);
    }
  }
  return ::operator new(size);
}

void release_frame(void* frame, std::size_t size) noexcept {
  if constexpr (kPooled) {
    const std::size_t index = class_of(size);
    if (index < kClasses && pool.open && pool.lists[index].size < kKeepPerClass) {
      FreeList& list = pool.lists[index];
      list.head = ::new (frame) FreeFrame{list.head};
      ++list.size;
      return;
    }
  }
  ::operator delete(frame);
}

}  // namespace jianmen::net::detail
