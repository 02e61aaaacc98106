#include "gateway/request_id.hpp"

#include <span>

#include "base/encoding.hpp"

namespace jianmen::gateway {

RequestId RequestIds::next() {
  constexpr std::size_t kSize = 16;
  if (used_ + kSize > block_.size()) {
    random_.fill(block_);
    used_ = 0;
  }
  RequestId id;
  static_assert(sizeof(id.digits_) == 2 * kSize);
  base::write_hex(std::span(block_).subspan(used_, kSize), id.digits_.data());
  used_ += kSize;
  return id;
}

}  // namespace jianmen::gateway
