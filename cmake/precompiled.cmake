# What nearly every file includes, parsed once for all folders: the dev build asks for it (JIANMEN_PRECOMPILE), where
# parsing is most of the work. The release build does without, since GCC 12 then warns falsely inside std::string; it and
# the builds by clang (lint, fuzz) also show what a file forgot to include.
#   use_precompiled(TARGET)       of the product
#   use_precompiled_test(TARGET)  the same with GoogleTest
set(everywhere <algorithm> <array> <charconv> <chrono> <expected> <functional> <map> <memory> <optional> <set> <span>
  <string> <string_view> <utility> <vector> <boost/json.hpp>)

function(precompile name)
  if(JIANMEN_PRECOMPILE)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp "")
    add_library(${name} STATIC ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    target_link_libraries(${name} PUBLIC ${ARGN})
  endif()
endfunction()

precompile(precompiled Boost::json)
if(JIANMEN_PRECOMPILE)
  target_precompile_headers(precompiled PRIVATE ${everywhere})
endif()
if(JIANMEN_TESTS)
  precompile(precompiled_test Boost::json GTest::gmock GTest::gtest)
  if(JIANMEN_PRECOMPILE)
    target_precompile_headers(precompiled_test PRIVATE ${everywhere} <gmock/gmock.h> <gtest/gtest.h>)
  endif()
endif()

function(use_precompiled target)
  if(JIANMEN_PRECOMPILE)
    target_link_libraries(${target} PRIVATE Boost::json)  # with the same definitions
    target_precompile_headers(${target} REUSE_FROM precompiled)
  endif()
endfunction()

function(use_precompiled_test target)
  if(JIANMEN_PRECOMPILE)
    target_link_libraries(${target} PRIVATE Boost::json)
    target_precompile_headers(${target} REUSE_FROM precompiled_test)
  endif()
endfunction()
