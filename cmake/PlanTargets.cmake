# How every target of native/ is made: plan_layer(NAME SOURCES … DEPENDS …), plan_executable, plan_test.
# A layer links with the layers it names and no others; the linker (-Wl,--no-undefined on shared objects, static
# archives resolved per test binary) thus shows a dependency that points the wrong way.

add_library(plan_options INTERFACE)
target_compile_options(plan_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -Wswitch-enum -Werror)
# GCC 12 sees overlapping copies in std::string's own operator+ when it inlines (its bug 105651).
target_compile_options(plan_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_include_directories(plan_options INTERFACE ${CMAKE_SOURCE_DIR}/native)
if(PLAN_SANITIZE)
  # -Og and lines only (-g1, in the presets): half of the compile time of -O1 -g, and reports are as good.
  target_compile_options(plan_options INTERFACE -fsanitize=${PLAN_SANITIZE} -fno-omit-frame-pointer -Og)
  if(PLAN_SANITIZE MATCHES "undefined")
    target_compile_options(plan_options INTERFACE -fno-sanitize-recover=all)
  endif()
  if(PLAN_SANITIZE MATCHES "thread")
    # ThreadSanitizer knows no fences. Asio's locks order what its threads share without them.
    target_compile_definitions(plan_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
  target_link_options(plan_options INTERFACE -fsanitize=${PLAN_SANITIZE})
endif()
if(PLAN_FUZZ)
  target_compile_options(plan_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(PLAN_COVERAGE)
  target_compile_options(plan_options INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(plan_options INTERFACE -fprofile-instr-generate)
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  target_link_options(plan_options INTERFACE -fuse-ld=mold)
endif()

# Boost is used through its headers, which are not ours to mend: no warnings from them.
find_package(Boost 1.81 REQUIRED)
add_library(plan_boost INTERFACE)
target_include_directories(plan_boost SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
target_compile_definitions(plan_boost INTERFACE BOOST_JSON_STATIC_LINK BOOST_ALL_NO_LIB)

function(plan_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;SYSTEM" ${ARGN})
  add_library(plan_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(plan_${name} PRIVATE plan_options)
  foreach(layer ${ARG_DEPENDS})
    target_link_libraries(plan_${name} PUBLIC plan_${layer})
  endforeach()
  target_link_libraries(plan_${name} PUBLIC ${ARG_SYSTEM})
endfunction()

function(plan_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;SYSTEM" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE plan_options)
  foreach(layer ${ARG_DEPENDS})
    target_link_libraries(${name} PRIVATE plan_${layer})
  endforeach()
  target_link_libraries(${name} PRIVATE ${ARG_SYSTEM})
endfunction()

# plan_test(LAYER SOURCES … DEPENDS …): one GoogleTest binary per layer, its cases registered with ctest.
function(plan_test name)
  if(NOT PLAN_TESTS)
    return()
  endif()
  find_package(GTest REQUIRED)
  include(GoogleTest)
  plan_executable(test_${name} ${ARGN} SYSTEM GTest::gmock GTest::gtest_main)
  gtest_discover_tests(test_${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST PROPERTIES LABELS ${name})
  target_compile_definitions(test_${name} PRIVATE PLAN_TEST_DATA="${CMAKE_SOURCE_DIR}/native/tests/testdata" PLAN_MODULE_ROOT="${CMAKE_SOURCE_DIR}")
endfunction()
