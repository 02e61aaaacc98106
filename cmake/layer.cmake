# layer(NAME [DEPENDS folder...] [LINKS library...] [TEST_DEPENDS folder...]): one folder of src/ = one static library, one test program
# (NAME_test, from its *_test.cpp) and one test NAME.arrows that fails when a file of the folder includes a folder
# that the line does not name (tests, and files named test*.hpp, may also use TEST_DEPENDS). The DEPENDS lists, read top to bottom in src/CMakeLists.txt, are the architecture.
include(GoogleTest)

function(layer name)
  cmake_parse_arguments(L "" "" "DEPENDS;LINKS;TEST_DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${name}/*.cpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${name}/*.hpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_(test|bench)\\.cpp$")

  if(NOT sources)
    add_library(${name} INTERFACE)
    return()
  endif()
  add_library(${name} STATIC ${sources})
  use_precompiled(${name})
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX VERIFY_INTERFACE_HEADER_SETS ON)
  target_sources(${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR} FILES ${headers})
  target_link_libraries(${name} PUBLIC ${L_DEPENDS} PRIVATE ${L_LINKS})

  if(JIANMEN_TESTS)
    if(tests)
      add_executable(${name}_test ${tests})
      use_precompiled_test(${name}_test)
      target_link_libraries(${name}_test PRIVATE ${name} ${L_TEST_DEPENDS} ${L_LINKS} GTest::gmock GTest::gtest_main)
      target_compile_definitions(${name}_test PRIVATE JIANMEN_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
      gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60)
    endif()
    list(JOIN L_DEPENDS "|" arrows)
    list(JOIN L_TEST_DEPENDS "|" test_arrows)
    add_test(NAME ${name}.arrows COMMAND ${CMAKE_COMMAND} "-DNAME=${name}" "-DALLOWED=${arrows}"
      "-DTEST_ALLOWED=${test_arrows}"
      -P ${PROJECT_SOURCE_DIR}/cmake/check_arrows.cmake WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
endfunction()
