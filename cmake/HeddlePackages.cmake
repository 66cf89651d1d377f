# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What the compiler is built from: MLIR and lld 22, Halide 21.

# Debian keeps each LLVM in a folder of its own, which its llvm-config names.
find_program(HEDDLE_LLVM_CONFIG llvm-config-22)
if(HEDDLE_LLVM_CONFIG)
  execute_process(COMMAND "${HEDDLE_LLVM_CONFIG}" --prefix
                  OUTPUT_VARIABLE HEDDLE_LLVM_PREFIX
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  list(APPEND CMAKE_PREFIX_PATH "${HEDDLE_LLVM_PREFIX}")
endif()

# The Halide wheel holds a C++ package; its folder names Python's version.
file(GLOB HEDDLE_HALIDE_WHEEL
     "${HEDDLE_ENVIRONMENT}/lib/python3*/site-packages/halide/lib64/cmake")
if(HEDDLE_HALIDE_WHEEL)
  list(APPEND CMAKE_PREFIX_PATH "${HEDDLE_HALIDE_WHEEL}/Halide"
              "${HEDDLE_HALIDE_WHEEL}/HalideHelpers")
endif()

find_package(MLIR REQUIRED CONFIG)
find_package(LLD REQUIRED CONFIG)
# Without its image readers and Python module, which would want more packages.
set(CMAKE_DISABLE_FIND_PACKAGE_Halide_Python ON)
find_package(Halide REQUIRED CONFIG COMPONENTS Halide shared)
find_package(Threads REQUIRED)
list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
include(TableGen)
include(AddLLVM)
include(AddMLIR)
