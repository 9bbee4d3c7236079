# netstray_module(NAME [USES target...] [TESTED_WITH target...]): the library netstray_NAME from the sources of the folder
# and of the folders in it, its public headers as a header set (so that each is checked to compile alone), and, where
# there are *_test.cpp, one test program with the label `quick`.
# Sources are found by GLOB CONFIGURE_DEPENDS: a test that exists is built.

include(GoogleTest)
enable_testing()

# What the sanitizers need, and no more: the programs of the tests with the label `quick`; those of them whose tests set
# the number of threads or start some.
add_custom_target(quick_tests)
add_custom_target(threaded_tests)

function(netstray_module name)
  cmake_parse_arguments(arg "" "" "USES;TESTED_WITH" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp */*.cpp)
  file(GLOB headers CONFIGURE_DEPENDS *.h */*.h)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cpp */*_test.cpp)
  file(GLOB not_library CONFIGURE_DEPENDS *_test.cpp */*_test.cpp main.cpp)
  list(REMOVE_ITEM sources ${not_library})

  add_library(netstray_${name} STATIC ${sources})
  target_sources(netstray_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${headers})
  target_link_libraries(netstray_${name} PUBLIC netstray_options ${arg_USES})
  set_target_properties(netstray_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)

  if(tests)
    add_executable(netstray_${name}_test ${tests})
    netstray_quick_to_compile(netstray_${name}_test)
    target_link_libraries(netstray_${name}_test PRIVATE netstray_${name} ${arg_TESTED_WITH} GTest::gtest_main)
    netstray_discover(netstray_${name}_test quick)
    foreach(test IN LISTS tests)
      file(STRINGS ${test} threads REGEX "set_threads|std::j?thread")
      if(threads)
        add_dependencies(threaded_tests netstray_${name}_test)
        break()
      endif()
    endforeach()
  endif()
endfunction()

# Test code is compiled once and run for seconds: the time to compile it counts, not how fast it runs. What it tests is
# in the libraries, which are compiled as everywhere.
function(netstray_quick_to_compile target)
  set_target_properties(${target} PROPERTIES NETSTRAY_TEST ON)
  if(NETSTRAY_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  else()
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
endfunction()

# netstray_discover(TARGET LABEL): every test case of a GoogleTest program as a ctest test of its own.
function(netstray_discover target label)
  if(label STREQUAL quick)
    add_dependencies(quick_tests ${target})
  endif()
  gtest_discover_tests(${target}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${label} TIMEOUT 900)
endfunction()
