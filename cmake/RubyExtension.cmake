# plan_ruby_extension(TARGET INCLUDE_DIRS SOURCE…): the extension plan_engine.so for one Ruby, as
# lib/<flavour>/plan_engine.so. The flavour is what PuppetX::Plan::Native.flavour says on a member: Ruby's binary
# interface, the processor and the C library. An extension built for another Ruby may load and return wrong data. Of two
# with the same flavour the first is built.

# RbConfig's ruby_version, from the headers themselves: no label that could be wrong.
function(plan_ruby_abi result)
  find_file(header ruby/version.h PATHS ${ARGN} NO_DEFAULT_PATH NO_CACHE REQUIRED)
  file(READ ${header} text)
  set(abi)
  foreach(part MAJOR MINOR TEENY)
    string(REGEX MATCH "RUBY_API_VERSION_${part} ([0-9]+)" _ "${text}")
    list(APPEND abi ${CMAKE_MATCH_1})
  endforeach()
  list(JOIN abi . abi)
  set(${result} ${abi} PARENT_SCOPE)
endfunction()

function(plan_flavour result)
  plan_ruby_abi(abi ${ARGN})
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -dumpmachine OUTPUT_VARIABLE machine COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCH "^[^-]+" cpu "${machine}")
  string(REGEX MATCH "gnu|musl" libc "${machine}")
  set(${result} ${abi}-${cpu}-${libc} PARENT_SCOPE)
endfunction()

function(plan_ruby_extension target include_dirs)
  plan_flavour(flavour ${include_dirs})
  get_property(flavours GLOBAL PROPERTY PLAN_FLAVOURS)
  if(flavour IN_LIST flavours)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY PLAN_FLAVOURS ${flavour})
  set_property(GLOBAL APPEND PROPERTY PLAN_EXTENSIONS ${target})
  message(STATUS "plan_engine.so for ${flavour}")
  add_library(${target} MODULE ${ARGN})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME plan_engine PREFIX "" SUFFIX ".so"
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/${flavour}
    LINK_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/exports.map)
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/include)
  target_include_directories(${target} SYSTEM PRIVATE ${include_dirs})
  target_link_libraries(${target} PRIVATE plan_options plan_agent)
  # Nothing of ours is seen by the rest of the agent, nor the other way round; members need no libstdc++ of our age.
  target_link_options(${target} PRIVATE
    -Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/exports.map -Wl,--gc-sections -static-libstdc++ -static-libgcc)
endfunction()
