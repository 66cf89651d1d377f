# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What the compiler is built from: MLIR and lld 22, Halide 21.
find_package(MLIR REQUIRED CONFIG)
find_package(LLD REQUIRED CONFIG)
find_package(Halide REQUIRED CONFIG)
find_package(Threads REQUIRED)
list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
include(TableGen)
include(AddLLVM)
include(AddMLIR)
