# embed(TARGET BASE file...): compiles the bytes of the files into TARGET, found by their path below BASE through
# catalog/embedded.hpp. The assembler copies them (.incbin), so size costs no compile time.
function(embed target base)
  set(blocks "")
  set(rows "")
  set(number 0)
  foreach(file ${ARGN})
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${base} OUTPUT_VARIABLE name)
    set(symbol jianmen_embedded_${number})
    string(APPEND blocks "asm(R\"(
  .pushsection jianmen_data, \"a\"
  .balign 16
  ${symbol}:
  .incbin \"${file}\"
  ${symbol}_end:
  .byte 0
  .popsection
)\");
extern \"C\" __attribute__((visibility(\"hidden\"))) const char ${symbol}[];
extern \"C\" __attribute__((visibility(\"hidden\"))) const char ${symbol}_end[];
")
    string(APPEND rows "    {\"${name}\", ${symbol}, ${symbol}_end},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}_embedded.cpp)
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT [[
// Made by cmake/embed.cmake.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

#include "catalog/embedded.hpp"

@blocks@
namespace jianmen::catalog {

namespace {

struct File {
  std::string_view name;
  const char* begin;
  const char* end;
};

const File kFiles[] = {
@rows@};

}  // namespace

std::string_view embedded(std::string_view name) {
  for (const File& file : kFiles) {
    if (file.name == name) return {file.begin, file.end};
  }
  return {};
}

// The linker names the ends of a section whose name is an identifier.
extern "C" __attribute__((visibility("hidden"))) const char __start_jianmen_data[];
extern "C" __attribute__((visibility("hidden"))) const char __stop_jianmen_data[];

void release_embedded() {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<std::uintptr_t>(__start_jianmen_data) + page - 1) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(__stop_jianmen_data) / page * page;
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace jianmen::catalog
]])
  set_source_files_properties(${output} PROPERTIES OBJECT_DEPENDS "${ARGN}")
  target_sources(${target} PRIVATE ${output})
endfunction()
