# Tests that need more than one module. The labels: `quick` (also run under the sanitizers), `long` (real data, minutes),
# `oracle` (compares with scikit-learn, from build/python), `style` (the sources themselves).
# A test that exits with 77 was skipped: its data or its oracle is absent. With CI=true that is a failure instead.

# Debian's own Python, not whichever comes first in PATH: the tests use its standard library only.
find_program(NETSTRAY_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
if(NOT NETSTRAY_PYTHON)
  find_program(NETSTRAY_PYTHON python3 REQUIRED)
endif()

# netstray_integration_test(NAME LABEL LIBRARIES target...): NAME.cpp, a GoogleTest program linked with these modules. It
# runs in the project's root, so real data is at ../shared/data; GTEST_SKIP() where that is absent.
function(netstray_integration_test name label)
  cmake_parse_arguments(arg "" "" "LIBRARIES" ${ARGN})
  add_executable(netstray_${name} ${name}.cpp)
  target_link_libraries(netstray_${name} PRIVATE ${arg_LIBRARIES} GTest::gtest_main)
  netstray_discover(netstray_${name} ${label})
endfunction()

# netstray_script_test(NAME LABEL SCRIPT): a Python script that runs the built program (tests/integration/harness.py
# helps it).
function(netstray_script_test name label script)
  add_test(NAME ${name} COMMAND ${NETSTRAY_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/${script}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  get_filename_component(data ${PROJECT_SOURCE_DIR}/../shared/data ABSOLUTE)
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 1800 SKIP_RETURN_CODE 77 ENVIRONMENT
    "NETSTRAY_BINARY=$<TARGET_FILE:netstray>;NETSTRAY_SANITIZE=${NETSTRAY_SANITIZE};NETSTRAY_SOURCE=${PROJECT_SOURCE_DIR};NETSTRAY_DATA=${data};PYTHONDONTWRITEBYTECODE=1")
endfunction()
