// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The code for the device alone, and what the host must not do.
// RUN: heddle-kernel %s -variant=opencl -emit=device | FileCheck %s --check-prefix=OPENCL
// RUN: heddle-kernel %s -variant=cuda -emit=device | FileCheck %s --check-prefix=CUDA
// RUN: not heddle-kernel %s -variant=host 2>&1 | FileCheck %s --check-prefix=HOST
// RUN: not heddle-kernel %s -variant=opencl -strip-schedule 2>&1 | FileCheck %s --check-prefix=HOST
// RUN: heddle-kernel %s -variant=cpu -emit=device | count 0

// Doubles are asked for only where they are used.
// OPENCL: #pragma OPENCL EXTENSION cl_khr_fp64 : enable
// OPENCL: __kernel void _kernel_out_s0_x_bx_block_id_x(
// OPENCL: double
// CUDA: .target sm_80
// CUDA: .visible .entry _kernel_out_s0_x_bx_block_id_x(
// HOST: error: halide: 'out' is computed or read on the host, and the target is a device; mark loops of every stage with gpu_blocks and gpu_threads
halide.pipeline @double(%A: !halide.buffer<?xf32>) {
  %out = halide.func "out" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    %wide = arith.extf %a : f32 to f64
    %sum = arith.addf %wide, %wide : f64
    %r = arith.truncf %sum : f64 to f32
    halide.yield %r : f32
  }
  halide.output %out : !halide.buffer<?xf32>
  halide.schedule "opencl" target("x86-64-linux-opencl") {
    halide.split %out[x] into (bx, tx) by 32 tail guard_with_if
    halide.gpu_blocks %out[bx]
    halide.gpu_threads %out[tx]
  }
  halide.schedule "cuda" target("x86-64-linux-cuda-cuda_capability_80") {
    halide.split %out[x] into (bx, tx) by 32 tail guard_with_if
    halide.gpu_blocks %out[bx]
    halide.gpu_threads %out[tx]
  }
  halide.schedule "host" target("x86-64-linux-opencl") {
    halide.parallel %out[x]
  }
  halide.schedule "cpu" target("x86-64-linux") {
    halide.parallel %out[x]
  }
}
