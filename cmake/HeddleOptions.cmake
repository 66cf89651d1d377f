# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Language level, warnings, sanitizers and output folders for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

find_program(HEDDLE_CCACHE ccache)
if(HEDDLE_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${HEDDLE_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${HEDDLE_CCACHE}")
endif()

add_compile_options(-Wall -Wextra -Wno-unused-parameter)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 warns falsely on std::string + (GCC bug 105651).
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()
if(HEDDLE_SANITIZE)
  add_compile_options(-fsanitize=${HEDDLE_SANITIZE} -fno-omit-frame-pointer -g
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HEDDLE_SANITIZE})
  # The vptr check needs type information, which MLIR's libraries do not have.
  if(HEDDLE_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize=vptr)
  endif()
endif()
if(HEDDLE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(HEDDLE_COVERAGE)
  # Threads count too, and the linker puts a dump of the counts before _exit.
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
  set(object "${CMAKE_BINARY_DIR}/Coverage.o")
  execute_process(COMMAND "${CMAKE_C_COMPILER}" -fPIC -c
                          "${PROJECT_SOURCE_DIR}/cmake/Coverage.c"
                          -o "${object}" COMMAND_ERROR_IS_FATAL ANY)
  string(APPEND CMAKE_EXE_LINKER_FLAGS
         " --coverage \"${object}\" -Wl,--wrap=_exit -Wl,--wrap=_Exit")
endif()
