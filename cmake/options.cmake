# What every target is compiled with. Warnings become errors in the presets only (NETSTRAY_WERROR).

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

option(NETSTRAY_WERROR "Warnings are errors" OFF)
option(NETSTRAY_FUZZ "Build the fuzz targets with libFuzzer (needs clang)" OFF)
set(NETSTRAY_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them: address,undefined or thread")

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(netstray_options INTERFACE)
target_include_directories(netstray_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(netstray_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-align -Wduplicated-cond -Wlogical-op
  $<$<NOT:$<BOOL:$<TARGET_PROPERTY:NETSTRAY_TEST>>>:-Wnull-dereference>  # false alarms in the standard library at -O1
  -ffp-contract=off)  # fused multiply-add gives other bits where the machine has it
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(netstray_options INTERFACE -Wno-restrict)  # GCC bug 105651: false alarms on std::string
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  get_target_property(flags netstray_options INTERFACE_COMPILE_OPTIONS)
  list(REMOVE_ITEM flags -Wduplicated-cond -Wlogical-op)
  list(APPEND flags -Wno-deprecated-declarations)  # false alarms on std::stable_sort of libstdc++ 12
  set_target_properties(netstray_options PROPERTIES INTERFACE_COMPILE_OPTIONS "${flags}")
endif()
if(NETSTRAY_WERROR)
  target_compile_options(netstray_options INTERFACE -Werror)
endif()

if(NETSTRAY_SANITIZE)
  target_compile_options(netstray_options INTERFACE -fsanitize=${NETSTRAY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(NETSTRAY_SANITIZE MATCHES "undefined" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # These three take over half of the time to compile. The address sanitizer stops at a null pointer and beyond an
    # object anyway; the fuzz targets, built by clang, have all of them.
    target_compile_options(netstray_options INTERFACE -fno-sanitize=null,alignment,object-size)
  endif()
  target_link_options(netstray_options INTERFACE -fsanitize=${NETSTRAY_SANITIZE})
  if(NETSTRAY_FUZZ)
    target_compile_options(netstray_options INTERFACE -fsanitize=fuzzer-no-link)  # what libFuzzer sees of the code
  endif()
else()
  # Hardening that costs nothing measurable.
  target_compile_options(netstray_options INTERFACE -fstack-protector-strong $<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3>)
  target_link_options(netstray_options INTERFACE -pie -Wl,-z,relro,-z,now)
endif()
