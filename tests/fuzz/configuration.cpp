// Configuration and fixtures: any file is either good or refused with a place for every mistake.

#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "config.hpp"
#include "fixture_file.hpp"
#include "fuzz.hpp"

namespace jianmen::fuzz {

void fuzz(std::string_view input) {
  const int file = ::memfd_create("configuration", MFD_CLOEXEC);
  if (file < 0) return;
  (void)!::write(file, input.data(), input.size());
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (const auto config = app::load_config(path); !config) {
    expect(config.error().message.starts_with(path), "a mistake says where it is");
  }
  (void)app::read_fixture_file(path);
  ::close(file);
}

}  // namespace jianmen::fuzz
