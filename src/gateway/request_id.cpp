#include "gateway/request_id.hpp"

#include <span>

#include "base/encoding.hpp"

namespace jianmen::gateway {

void RequestIds::next(std::string& out) {
  constexpr std::size_t kSize = 16;
  if (used_ + kSize > block_.size()) {
    random_.fill(block_);
    used_ = 0;
  }
  out.resize(2 * kSize);
  base::write_hex(std::span(block_).subspan(used_, kSize), out.data());
  used_ += kSize;
}

}  // namespace jianmen::gateway
