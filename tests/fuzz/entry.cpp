#include <cstddef>
#include <cstdint>

#include "base/log.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  jianmen::base::log::set_level(jianmen::base::log::Level::Off);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  jianmen::fuzz::fuzz({reinterpret_cast<const char*>(data), size});
  return 0;
}
