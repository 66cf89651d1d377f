// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GPU directives become GPU loops; running them needs a device.
// RUN: heddle-kernel %s -variant=dims | FileCheck %s --check-prefix=DIMS
// RUN: heddle-kernel %s -variant=tile | FileCheck %s --check-prefix=TILE
// RUN: heddle-kernel %s -variant=lanes | FileCheck %s --check-prefix=LANES
// RUN: heddle-kernel %s -variant=opencl | FileCheck %s --check-prefix=OPENCL

// The lowered statement launches kernels: blocks, then threads.
// DIMS: halide_cuda_run(cuda[0], "_kernel_total_s0{{.*}}", 1, 1, 1, 1, 1, 1, 0,
// DIMS: halide_cuda_run(cuda[0], "_kernel_out_s0_y_yo_block_id_x", {{.*}}, 1, 1, 8, 1, 1, 0,
// TILE: halide_cuda_run(cuda[0], "_kernel_out_s0_y_by_block_id_y", {{.*}}, {{.*}}, 1, 16, 8, 1, 0,
// LANES: halide_cuda_run(cuda[0], "_kernel_out_s0_y_block_id_x", out.extent.1, 1, 1, 32, {{.*}}, 1, 0,
// OPENCL: halide_opencl_run(opencl[0], "_kernel_out_s0_y_yo_block_id_x", {{.*}}, 1, 1, 8, 1, 1, 0,
halide.pipeline @scale(%A: !halide.buffer<?x?xf32>, %s: f32) {
  %one = arith.constant 1.0 : f32
  %total = halide.func "total" () : f32 {
    %t = arith.addf %s, %one : f32
    halide.yield %t : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<?x?xf32>
    %t = halide.at %total[] : f32
    %r = arith.mulf %a, %t : f32
    halide.yield %r : f32
  }
  halide.output %out : !halide.buffer<?x?xf32>
  halide.schedule "dims" target("x86-64-linux-cuda-cuda_capability_80") {
    halide.compute_root %total
    halide.gpu_single_thread %total
    halide.split %out[y] into (yo, yi) by 8 tail guard_with_if
    halide.reorder %out[x, yi, yo]
    halide.gpu_blocks %out[yo]
    halide.gpu_threads %out[yi]
  }
  halide.schedule "tile" target("x86-64-linux-cuda-cuda_capability_80") {
    halide.gpu_tile %out[x, y] into (bx, by) (tx, ty) by [16, 8] tail guard_with_if
  }
  halide.schedule "lanes" target("x86-64-linux-cuda-cuda_capability_80") {
    halide.split %out[x] into (xo, xi) by 32 tail guard_with_if
    halide.gpu_blocks %out[y]
    halide.gpu_threads %out[xo]
    halide.gpu_lanes %out[xi]
  }
  halide.schedule "opencl" target("x86-64-linux-opencl") {
    halide.split %out[y] into (yo, yi) by 8 tail guard_with_if
    halide.reorder %out[x, yi, yo]
    halide.gpu_blocks %out[yo]
    halide.gpu_threads %out[yi]
  }
}
