// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention by hand in the halide dialect, f32, any length: blocks of queries
// meet the keys in chunks; each chunk leaves its partial result, maximum and
// sum, which are merged at the end.
// RUN: heddle-opt %s | heddle-opt | heddle-kernel -variant=avx512 | FileCheck %s

// CHECK: full
// CHECK: allocate Sacc{{.*}}[float32 * 48 * 8 * 1 * 1 * 1]
// CHECK: causal
halide.pipeline @full(%Q: !halide.buffer<64x?x?xf32>,
    %K: !halide.buffer<64x?x?xf32> {halide.max_extents = array<i64: 64, 2048, 64>},
    %V: !halide.buffer<64x?x?xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %masked = arith.constant -1.0e30 : f32
  %scale = arith.constant 0.18033688 : f32
  // 2^x on [-0.5, 0.5]: 1 + x (e1 + x (e2 + x (e3 + x (e4 + x e5))))
  %low = arith.constant -125.0 : f32
  %e1 = arith.constant 6.9314721e-1 : f32
  %e2 = arith.constant 2.4022648e-1 : f32
  %e3 = arith.constant 5.5503324e-2 : f32
  %e4 = arith.constant 9.6178371e-3 : f32
  %e5 = arith.constant 1.3400531e-3 : f32
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %c23 = arith.constant 23 : i32
  %depth = arith.constant 64 : i32
  %depth1 = arith.constant 65 : i32
  %depthLast = arith.constant 63 : i32
  %block = arith.constant 48 : i32
  %chunk = arith.constant 384 : i32
  %chunkLast = arith.constant 383 : i32
  %len = halide.extent %K[1] : !halide.buffer<64x?x?xf32>
  %last = arith.subi %len, %c1 : i32
  %lenUp = arith.addi %len, %chunkLast : i32
  %chunks = halide.div %lenUp, %chunk : i32

  // A block of queries, transposed and scaled: they are the vector lanes.
  %QT = halide.func "QT" (qi = %qi, d = %d, qb = %qb, h = %h) : f32 {
    %start = arith.muli %qb, %block : i32
    %row = arith.addi %start, %qi : i32
    %inside = arith.minsi %row, %last : i32
    %v = halide.at %Q[%d, %inside, %h] : !halide.buffer<64x?x?xf32>
    %r = arith.mulf %v, %scale : f32
    halide.yield %r : f32
  }
  %Sacc = halide.func "Sacc" (qi = %qi, k = %k, c = %c, qb = %qb, h = %h) : f32 {
    halide.yield %zero : f32
  }
  halide.update %Sacc (%qi, %k, %c, %qb, %h) over (rd = %rd from %c0 extent %depth) {
    %start = arith.muli %c, %chunk : i32
    %key = arith.addi %start, %k : i32
    %inside = halide.clamp %key, %c0, %last : i32
    %a = halide.at %QT[%qi, %rd, %qb, %h] : f32
    %b = halide.at %K[%rd, %inside, %h] : !halide.buffer<64x?x?xf32>
    %ab = arith.mulf %a, %b : f32
    %old = halide.at %Sacc[%qi, %k, %c, %qb, %h] : f32
    %new = arith.addf %old, %ab : f32
    halide.store at [%qi, %k, %c, %qb, %h] %new : f32
  }
  // 0 or -1e30 is added, not selected; chunks without a mask are asked first.
  %S = halide.func "S" (qi = %qi, k = %k, c = %c, qb = %qb, h = %h) : f32 {
    %start = arith.muli %c, %chunk : i32
    %key = arith.addi %start, %k : i32
    %end = arith.addi %start, %chunk : i32
    %whole = arith.cmpi sle, %end, %len : i32
    %valid = arith.cmpi slt, %key, %len : i32
    %fast = halide.likely %whole : i1
    %live = arith.ori %fast, %valid : i1
    %mask = arith.select %live, %zero, %masked : f32
    %v = halide.at %Sacc[%qi, %k, %c, %qb, %h] : f32
    %r = arith.addf %v, %mask : f32
    halide.yield %r : f32
  }

  // Maximum, weights and their sum over the keys of a chunk.
  %mc = halide.func "mc" (qi = %qi, c = %c, qb = %qb, h = %h) : f32 {
    halide.yield %masked : f32
  }
  halide.update %mc (%qi, %c, %qb, %h) over (rk = %rk from %c0 extent %chunk) {
    %limit = arith.addi %len, %c0 : i32
    %start = arith.muli %c, %chunk : i32
    %key = arith.addi %start, %rk : i32
    %seen = arith.cmpi slt, %key, %limit : i32
    halide.where %seen
    // promised, which emits no code: keys stop at the limit
    %left = arith.subi %limit, %start : i32
    %leftLast = arith.subi %left, %c1 : i32
    %kk = halide.promise_clamped %rk, %c0, %leftLast : i32
    %v = halide.at %S[%qi, %kk, %c, %qb, %h] : f32
    %old = halide.at %mc[%qi, %c, %qb, %h] : f32
    %new = arith.maxnumf %old, %v : f32
    halide.store at [%qi, %c, %qb, %h] %new : f32
  }
  %P = halide.func "P" (qi = %qi, k = %k, c = %c, qb = %qb, h = %h) : f32 {
    %s = halide.at %S[%qi, %k, %c, %qb, %h] : f32
    %max = halide.at %mc[%qi, %c, %qb, %h] : f32
    %x = arith.subf %s, %max : f32
    %ex = arith.maximumf %x, %low : f32
    %ei = math.roundeven %ex : f32
    %ef = arith.subf %ex, %ei : f32
    %eme4 = arith.mulf %e5, %ef : f32
    %eae4 = arith.addf %eme4, %e4 : f32
    %eme3 = arith.mulf %eae4, %ef : f32
    %eae3 = arith.addf %eme3, %e3 : f32
    %eme2 = arith.mulf %eae3, %ef : f32
    %eae2 = arith.addf %eme2, %e2 : f32
    %eme1 = arith.mulf %eae2, %ef : f32
    %eae1 = arith.addf %eme1, %e1 : f32
    %eme0 = arith.mulf %eae1, %ef : f32
    %ep = arith.addf %eme0, %one : f32
    %en = arith.fptosi %ei : f32 to i32
    %es = arith.shli %en, %c23 : i32
    %eb = arith.bitcast %ep : f32 to i32
    %ew = arith.addi %eb, %es : i32
    %e = arith.bitcast %ew : i32 to f32
    halide.yield %e : f32
  }
  %lc = halide.func "lc" (qi = %qi, c = %c, qb = %qb, h = %h) : f32 {
    halide.yield %zero : f32
  }
  halide.update %lc (%qi, %c, %qb, %h) over (rk = %rk from %c0 extent %chunk) {
    %limit = arith.addi %len, %c0 : i32
    %start = arith.muli %c, %chunk : i32
    %key = arith.addi %start, %rk : i32
    %seen = arith.cmpi slt, %key, %limit : i32
    halide.where %seen
    // promised, which emits no code: keys stop at the limit
    %left = arith.subi %limit, %start : i32
    %leftLast = arith.subi %left, %c1 : i32
    %kk = halide.promise_clamped %rk, %c0, %leftLast : i32
    %v = halide.at %P[%qi, %kk, %c, %qb, %h] : f32
    %old = halide.at %lc[%qi, %c, %qb, %h] : f32
    %new = arith.addf %old, %v : f32
    halide.store at [%qi, %c, %qb, %h] %new : f32
  }
  %Oacc = halide.func "Oacc" (d = %d, qi = %qi, c = %c, qb = %qb, h = %h) : f32 {
    halide.yield %zero : f32
  }
  halide.update %Oacc (%d, %qi, %c, %qb, %h) over (rk = %rk from %c0 extent %chunk) {
    %limit = arith.addi %len, %c0 : i32
    %start = arith.muli %c, %chunk : i32
    %key = arith.addi %start, %rk : i32
    %seen = arith.cmpi slt, %key, %limit : i32
    halide.where %seen
    // promised, which emits no code: keys stop at the limit
    %left = arith.subi %limit, %start : i32
    %leftLast = arith.subi %left, %c1 : i32
    %kk = halide.promise_clamped %rk, %c0, %leftLast : i32
    %limitLast = arith.subi %limit, %c1 : i32
    %row = halide.promise_clamped %key, %c0, %limitLast : i32
    %p = halide.at %P[%qi, %kk, %c, %qb, %h] : f32
    %v = halide.at %V[%d, %row, %h] : !halide.buffer<64x?x?xf32>
    %pv = arith.mulf %p, %v : f32
    %old = halide.at %Oacc[%d, %qi, %c, %qb, %h] : f32
    %new = arith.addf %old, %pv : f32
    halide.store at [%d, %qi, %c, %qb, %h] %new : f32
  }
  %Oc = halide.func "Oc" (d = %d, qi = %qi, c = %c, qb = %qb, h = %h) : f32 {
    %v = halide.at %Oacc[%d, %qi, %c, %qb, %h] : f32
    halide.yield %v : f32
  }
  // All of a chunk in one func: columns [Oc | mc | lc].
  %part = halide.func "part" (j = %j, qi = %qi, c = %c, qb = %qb, h = %h) : f32 {
    %jd = arith.minsi %j, %depthLast : i32
    %o = halide.at %Oc[%jd, %qi, %c, %qb, %h] : f32
    %max = halide.at %mc[%qi, %c, %qb, %h] : f32
    %sum = halide.at %lc[%qi, %c, %qb, %h] : f32
    %isOutput = arith.cmpi slt, %j, %depth : i32
    %isMax = arith.cmpi eq, %j, %depth : i32
    %rest = arith.select %isMax, %max, %sum : f32
    %r = arith.select %isOutput, %o, %rest : f32
    halide.yield %r : f32
  }

  // The chunks put together.
  %m = halide.func "m" (qi = %qi, qb = %qb, h = %h) : f32 {
    halide.yield %masked : f32
  }
  halide.update %m (%qi, %qb, %h) over (rc = %rc from %c0 extent %chunks) {
    %v = halide.at %part[%depth, %qi, %rc, %qb, %h] : f32
    %old = halide.at %m[%qi, %qb, %h] : f32
    %new = arith.maxnumf %old, %v : f32
    halide.store at [%qi, %qb, %h] %new : f32
  }
  %w = halide.func "w" (qi = %qi, c = %c, qb = %qb, h = %h) : f32 {
    %max = halide.at %part[%depth, %qi, %c, %qb, %h] : f32
    %all = halide.at %m[%qi, %qb, %h] : f32
    %x = arith.subf %max, %all : f32
    %ex = arith.maximumf %x, %low : f32
    %ei = math.roundeven %ex : f32
    %ef = arith.subf %ex, %ei : f32
    %eme4 = arith.mulf %e5, %ef : f32
    %eae4 = arith.addf %eme4, %e4 : f32
    %eme3 = arith.mulf %eae4, %ef : f32
    %eae3 = arith.addf %eme3, %e3 : f32
    %eme2 = arith.mulf %eae3, %ef : f32
    %eae2 = arith.addf %eme2, %e2 : f32
    %eme1 = arith.mulf %eae2, %ef : f32
    %eae1 = arith.addf %eme1, %e1 : f32
    %eme0 = arith.mulf %eae1, %ef : f32
    %ep = arith.addf %eme0, %one : f32
    %en = arith.fptosi %ei : f32 to i32
    %es = arith.shli %en, %c23 : i32
    %eb = arith.bitcast %ep : f32 to i32
    %ew = arith.addi %eb, %es : i32
    %e = arith.bitcast %ew : i32 to f32
    halide.yield %e : f32
  }
  %l = halide.func "l" (qi = %qi, qb = %qb, h = %h) : f32 {
    halide.yield %zero : f32
  }
  halide.update %l (%qi, %qb, %h) over (rc = %rc from %c0 extent %chunks) {
    %a = halide.at %w[%qi, %rc, %qb, %h] : f32
    %b = halide.at %part[%depth1, %qi, %rc, %qb, %h] : f32
    %ab = arith.mulf %a, %b : f32
    %old = halide.at %l[%qi, %qb, %h] : f32
    %new = arith.addf %old, %ab : f32
    halide.store at [%qi, %qb, %h] %new : f32
  }
  %O = halide.func "O" (d = %d, qi = %qi, qb = %qb, h = %h) : f32 {
    halide.yield %zero : f32
  }
  halide.update %O (%d, %qi, %qb, %h) over (rc = %rc from %c0 extent %chunks) {
    %a = halide.at %part[%d, %qi, %rc, %qb, %h] : f32
    %b = halide.at %w[%qi, %rc, %qb, %h] : f32
    %ab = arith.mulf %a, %b : f32
    %old = halide.at %O[%d, %qi, %qb, %h] : f32
    %new = arith.addf %old, %ab : f32
    halide.store at [%d, %qi, %qb, %h] %new : f32
  }
  %out = halide.func "out" (d = %d, q = %q, h = %h) : f32 {
    %qi = halide.mod %q, %block : i32
    %qb = halide.div %q, %block : i32
    %o = halide.at %O[%d, %qi, %qb, %h] : f32
    %sum = halide.at %l[%qi, %qb, %h] : f32
    %inverse = arith.divf %one, %sum : f32
    %r = arith.mulf %o, %inverse : f32
    halide.yield %r : f32
  }
  halide.output %out {halide.max_extents = array<i64: 64, 2048, 64>} : !halide.buffer<64x?x?xf32>
  halide.set_extent %out[1] to %len

  halide.schedule "avx512" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake") {
    halide.bound %out[d] min 0 extent 64
    halide.split %out[q] into (qb, qi) by 48 tail guard_with_if
    halide.reorder %out[d, qi, qb, h]
    halide.vectorize %out[d] by 16
    halide.unroll %out[d]
    halide.fuse %out[qb, h] into task
    halide.parallel %out[task]

    halide.compute_at %QT at %out[task]
    halide.bound %QT[qi] min 0 extent 48
    halide.bound_extent %QT[qb] 1
    halide.split %QT[qi] into (qi, qv) by 16
    halide.split %QT[d] into (d, di) by 16
    halide.reorder %QT[qv, di, qi, d]
    halide.vectorize %QT[qv]
    halide.unroll %QT[di]

    // at the task and not at qi: q % 48 is not seen to be one value there
    halide.compute_at %O at %out[task]
    halide.bound %O[qi] min 0 extent 48
    halide.bound_extent %O[qb] 1
    halide.vectorize %O[d] by 16
    halide.unroll %O[d]
    halide.reorder %O stage 1 [d, rc, qi, qb, h]
    halide.vectorize %O stage 1 [d] by 16
    halide.unroll %O stage 1 [d]

    halide.compute_at %m at %out[task]
    halide.bound %m[qi] min 0 extent 48
    halide.bound_extent %m[qb] 1
    halide.vectorize %m[qi] by 16
    halide.reorder %m stage 1 [qi, rc]
    halide.vectorize %m stage 1 [qi] by 16

    halide.compute_at %l at %out[task]
    halide.bound %l[qi] min 0 extent 48
    halide.bound_extent %l[qb] 1
    halide.vectorize %l[qi] by 16
    halide.reorder %l stage 1 [qi, rc]
    halide.vectorize %l stage 1 [qi] by 16

    halide.compute_at %w at %out[task]
    halide.bound %w[qi] min 0 extent 48
    halide.bound_extent %w[qb] 1
    halide.vectorize %w[qi] by 16

    halide.compute_at %part at %out[task]
    halide.bound %part[qi] min 0 extent 48
    halide.bound_extent %part[qb] 1
    halide.bound_extent %part[j] 80
    halide.reorder %part[j, qi, c, qb, h]
    halide.vectorize %part[j] by 16
    halide.unroll %part[j]

    // 8 keys x 48 queries a tile
    halide.compute_at %S at %part[c]
    halide.bound %S[qi] min 0 extent 48
    halide.split %S[k] into (ko, ki) by 8 tail round_up
    halide.split %S[qi] into (qo, qu) by 48
    halide.reorder %S[qu, ki, ko, qo]
    halide.vectorize %S[qu] by 16
    halide.unroll %S[qu]
    halide.unroll %S[ki]
    halide.compute_at %Sacc at %S[ko]
    halide.bound_extent %Sacc[qi] 48
    halide.bound_extent %Sacc[k] 8
    halide.vectorize %Sacc[qi] by 16
    halide.unroll %Sacc[qi]
    halide.unroll %Sacc[k]
    halide.reorder %Sacc stage 1 [qi, k, rd]
    halide.vectorize %Sacc stage 1 [qi] by 16
    halide.unroll %Sacc stage 1 [qi]
    halide.unroll %Sacc stage 1 [k]

    // three passes over a chunk's scores
    halide.compute_at %mc at %part[c]
    halide.bound %mc[qi] min 0 extent 48
    halide.vectorize %mc[qi] by 16
    halide.unroll %mc[qi]
    halide.reorder %mc stage 1 [qi, rk]
    halide.vectorize %mc stage 1 [qi] by 16
    halide.unroll %mc stage 1 [qi]
    halide.compute_at %lc at %part[c]
    halide.bound %lc[qi] min 0 extent 48
    halide.vectorize %lc[qi] by 16
    halide.unroll %lc[qi]
    halide.reorder %lc stage 1 [qi, rk]
    halide.vectorize %lc stage 1 [qi] by 16
    halide.unroll %lc stage 1 [qi]
    halide.compute_at %P at %part[c]
    halide.bound %P[qi] min 0 extent 48
    halide.vectorize %P[qi] by 16
    halide.unroll %P[qi]
    halide.hoist_storage %S at %out[task]
    halide.hoist_storage %P at %out[task]

    // 12 queries x 32 columns a tile
    halide.compute_at %Oc at %part[c]
    halide.bound %Oc[qi] min 0 extent 48
    halide.split %Oc[d] into (do, di) by 32
    halide.split %Oc[qi] into (qo, qu) by 12
    halide.reorder %Oc[di, qu, qo, do]
    halide.vectorize %Oc[di] by 16
    halide.unroll %Oc[di]
    halide.unroll %Oc[qu]
    halide.compute_at %Oacc at %Oc[qo]
    halide.bound_extent %Oacc[d] 32
    halide.bound_extent %Oacc[qi] 12
    halide.vectorize %Oacc[d] by 16
    halide.unroll %Oacc[d]
    halide.unroll %Oacc[qi]
    halide.reorder %Oacc stage 1 [d, qi, rk]
    halide.vectorize %Oacc stage 1 [d] by 16
    halide.unroll %Oacc stage 1 [d]
    halide.unroll %Oacc stage 1 [qi]
  }
}

// CHECK: allocate Sacc{{.*}}[float32 * 32 * 8 * 1 * 1 * 1]
halide.pipeline @causal(%Q: !halide.buffer<64x?x?xf32>,
    %K: !halide.buffer<64x?x?xf32> {halide.max_extents = array<i64: 64, 2048, 64>},
    %V: !halide.buffer<64x?x?xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %masked = arith.constant -1.0e30 : f32
  %scale = arith.constant 0.18033688 : f32
  // 2^x on [-0.5, 0.5]: 1 + x (e1 + x (e2 + x (e3 + x (e4 + x e5))))
  %low = arith.constant -125.0 : f32
  %e1 = arith.constant 6.9314721e-1 : f32
  %e2 = arith.constant 2.4022648e-1 : f32
  %e3 = arith.constant 5.5503324e-2 : f32
  %e4 = arith.constant 9.6178371e-3 : f32
  %e5 = arith.constant 1.3400531e-3 : f32
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %c23 = arith.constant 23 : i32
  %depth = arith.constant 64 : i32
  %depth1 = arith.constant 65 : i32
  %depthLast = arith.constant 63 : i32
  %block = arith.constant 32 : i32
  %chunk = arith.constant 512 : i32
  %chunkLast = arith.constant 511 : i32
  %len = halide.extent %K[1] : !halide.buffer<64x?x?xf32>
  %last = arith.subi %len, %c1 : i32
  %lenUp = arith.addi %len, %chunkLast : i32
  %chunks = halide.div %lenUp, %chunk : i32

  // A block of queries, transposed and scaled: they are the vector lanes.
  %QT = halide.func "QT" (qi = %qi, d = %d, qb = %qb, h = %h) : f32 {
    %start = arith.muli %qb, %block : i32
    %row = arith.addi %start, %qi : i32
    %inside = arith.minsi %row, %last : i32
    %v = halide.at %Q[%d, %inside, %h] : !halide.buffer<64x?x?xf32>
    %r = arith.mulf %v, %scale : f32
    halide.yield %r : f32
  }
  %Sacc = halide.func "Sacc" (qi = %qi, k = %k, c = %c, qb = %qb, h = %h) : f32 {
    halide.yield %zero : f32
  }
  halide.update %Sacc (%qi, %k, %c, %qb, %h) over (rd = %rd from %c0 extent %depth) {
    %start = arith.muli %c, %chunk : i32
    %key = arith.addi %start, %k : i32
    %inside = halide.clamp %key, %c0, %last : i32
    %a = halide.at %QT[%qi, %rd, %qb, %h] : f32
    %b = halide.at %K[%rd, %inside, %h] : !halide.buffer<64x?x?xf32>
    %ab = arith.mulf %a, %b : f32
    %old = halide.at %Sacc[%qi, %k, %c, %qb, %h] : f32
    %new = arith.addf %old, %ab : f32
    halide.store at [%qi, %k, %c, %qb, %h] %new : f32
  }
  // 0 or -1e30 is added, not selected; chunks without a mask are asked first.
  %S = halide.func "S" (qi = %qi, k = %k, c = %c, qb = %qb, h = %h) : f32 {
    %start = arith.muli %c, %chunk : i32
    %key = arith.addi %start, %k : i32
    %end = arith.addi %start, %chunk : i32
    %blockStart = arith.muli %qb, %block : i32
    %query = arith.addi %blockStart, %qi : i32
    %whole = arith.cmpi sle, %end, %blockStart : i32
    %valid = arith.cmpi sle, %key, %query : i32
    %fast = halide.likely %whole : i1
    %live = arith.ori %fast, %valid : i1
    %mask = arith.select %live, %zero, %masked : f32
    %v = halide.at %Sacc[%qi, %k, %c, %qb, %h] : f32
    %r = arith.addf %v, %mask : f32
    halide.yield %r : f32
  }

  // Maximum, weights and their sum over the keys of a chunk.
  %mc = halide.func "mc" (qi = %qi, c = %c, qb = %qb, h = %h) : f32 {
    halide.yield %masked : f32
  }
  halide.update %mc (%qi, %c, %qb, %h) over (rk = %rk from %c0 extent %chunk) {
    %blockStart = arith.muli %qb, %block : i32
    %blockEnd = arith.addi %blockStart, %block : i32
    %limit = arith.minsi %len, %blockEnd : i32
    %start = arith.muli %c, %chunk : i32
    %key = arith.addi %start, %rk : i32
    %seen = arith.cmpi slt, %key, %limit : i32
    halide.where %seen
    // promised, which emits no code: keys stop at the limit
    %left = arith.subi %limit, %start : i32
    %leftLast = arith.subi %left, %c1 : i32
    %kk = halide.promise_clamped %rk, %c0, %leftLast : i32
    %v = halide.at %S[%qi, %kk, %c, %qb, %h] : f32
    %old = halide.at %mc[%qi, %c, %qb, %h] : f32
    %new = arith.maxnumf %old, %v : f32
    halide.store at [%qi, %c, %qb, %h] %new : f32
  }
  %P = halide.func "P" (qi = %qi, k = %k, c = %c, qb = %qb, h = %h) : f32 {
    %s = halide.at %S[%qi, %k, %c, %qb, %h] : f32
    %max = halide.at %mc[%qi, %c, %qb, %h] : f32
    %x = arith.subf %s, %max : f32
    %ex = arith.maximumf %x, %low : f32
    %ei = math.roundeven %ex : f32
    %ef = arith.subf %ex, %ei : f32
    %eme4 = arith.mulf %e5, %ef : f32
    %eae4 = arith.addf %eme4, %e4 : f32
    %eme3 = arith.mulf %eae4, %ef : f32
    %eae3 = arith.addf %eme3, %e3 : f32
    %eme2 = arith.mulf %eae3, %ef : f32
    %eae2 = arith.addf %eme2, %e2 : f32
    %eme1 = arith.mulf %eae2, %ef : f32
    %eae1 = arith.addf %eme1, %e1 : f32
    %eme0 = arith.mulf %eae1, %ef : f32
    %ep = arith.addf %eme0, %one : f32
    %en = arith.fptosi %ei : f32 to i32
    %es = arith.shli %en, %c23 : i32
    %eb = arith.bitcast %ep : f32 to i32
    %ew = arith.addi %eb, %es : i32
    %e = arith.bitcast %ew : i32 to f32
    halide.yield %e : f32
  }
  %lc = halide.func "lc" (qi = %qi, c = %c, qb = %qb, h = %h) : f32 {
    halide.yield %zero : f32
  }
  halide.update %lc (%qi, %c, %qb, %h) over (rk = %rk from %c0 extent %chunk) {
    %blockStart = arith.muli %qb, %block : i32
    %blockEnd = arith.addi %blockStart, %block : i32
    %limit = arith.minsi %len, %blockEnd : i32
    %start = arith.muli %c, %chunk : i32
    %key = arith.addi %start, %rk : i32
    %seen = arith.cmpi slt, %key, %limit : i32
    halide.where %seen
    // promised, which emits no code: keys stop at the limit
    %left = arith.subi %limit, %start : i32
    %leftLast = arith.subi %left, %c1 : i32
    %kk = halide.promise_clamped %rk, %c0, %leftLast : i32
    %v = halide.at %P[%qi, %kk, %c, %qb, %h] : f32
    %old = halide.at %lc[%qi, %c, %qb, %h] : f32
    %new = arith.addf %old, %v : f32
    halide.store at [%qi, %c, %qb, %h] %new : f32
  }
  %Oacc = halide.func "Oacc" (d = %d, qi = %qi, c = %c, qb = %qb, h = %h) : f32 {
    halide.yield %zero : f32
  }
  halide.update %Oacc (%d, %qi, %c, %qb, %h) over (rk = %rk from %c0 extent %chunk) {
    %blockStart = arith.muli %qb, %block : i32
    %blockEnd = arith.addi %blockStart, %block : i32
    %limit = arith.minsi %len, %blockEnd : i32
    %start = arith.muli %c, %chunk : i32
    %key = arith.addi %start, %rk : i32
    %seen = arith.cmpi slt, %key, %limit : i32
    halide.where %seen
    // promised, which emits no code: keys stop at the limit
    %left = arith.subi %limit, %start : i32
    %leftLast = arith.subi %left, %c1 : i32
    %kk = halide.promise_clamped %rk, %c0, %leftLast : i32
    %limitLast = arith.subi %limit, %c1 : i32
    %row = halide.promise_clamped %key, %c0, %limitLast : i32
    %p = halide.at %P[%qi, %kk, %c, %qb, %h] : f32
    %v = halide.at %V[%d, %row, %h] : !halide.buffer<64x?x?xf32>
    %pv = arith.mulf %p, %v : f32
    %old = halide.at %Oacc[%d, %qi, %c, %qb, %h] : f32
    %new = arith.addf %old, %pv : f32
    halide.store at [%d, %qi, %c, %qb, %h] %new : f32
  }
  %Oc = halide.func "Oc" (d = %d, qi = %qi, c = %c, qb = %qb, h = %h) : f32 {
    %v = halide.at %Oacc[%d, %qi, %c, %qb, %h] : f32
    halide.yield %v : f32
  }
  // All of a chunk in one func: columns [Oc | mc | lc].
  %part = halide.func "part" (j = %j, qi = %qi, c = %c, qb = %qb, h = %h) : f32 {
    %jd = arith.minsi %j, %depthLast : i32
    %o = halide.at %Oc[%jd, %qi, %c, %qb, %h] : f32
    %max = halide.at %mc[%qi, %c, %qb, %h] : f32
    %sum = halide.at %lc[%qi, %c, %qb, %h] : f32
    %isOutput = arith.cmpi slt, %j, %depth : i32
    %isMax = arith.cmpi eq, %j, %depth : i32
    %rest = arith.select %isMax, %max, %sum : f32
    %r = arith.select %isOutput, %o, %rest : f32
    halide.yield %r : f32
  }

  // The chunks put together.
  %m = halide.func "m" (qi = %qi, qb = %qb, h = %h) : f32 {
    halide.yield %masked : f32
  }
  halide.update %m (%qi, %qb, %h) over (rc = %rc from %c0 extent %chunks) {
    %blockStart = arith.muli %qb, %block : i32
    %blockEnd = arith.addi %blockStart, %block : i32
    %limit = arith.minsi %len, %blockEnd : i32
    %start = arith.muli %rc, %chunk : i32
    %seen = arith.cmpi slt, %start, %limit : i32
    halide.where %seen
    %v = halide.at %part[%depth, %qi, %rc, %qb, %h] : f32
    %old = halide.at %m[%qi, %qb, %h] : f32
    %new = arith.maxnumf %old, %v : f32
    halide.store at [%qi, %qb, %h] %new : f32
  }
  %w = halide.func "w" (qi = %qi, c = %c, qb = %qb, h = %h) : f32 {
    %max = halide.at %part[%depth, %qi, %c, %qb, %h] : f32
    %all = halide.at %m[%qi, %qb, %h] : f32
    %x = arith.subf %max, %all : f32
    %ex = arith.maximumf %x, %low : f32
    %ei = math.roundeven %ex : f32
    %ef = arith.subf %ex, %ei : f32
    %eme4 = arith.mulf %e5, %ef : f32
    %eae4 = arith.addf %eme4, %e4 : f32
    %eme3 = arith.mulf %eae4, %ef : f32
    %eae3 = arith.addf %eme3, %e3 : f32
    %eme2 = arith.mulf %eae3, %ef : f32
    %eae2 = arith.addf %eme2, %e2 : f32
    %eme1 = arith.mulf %eae2, %ef : f32
    %eae1 = arith.addf %eme1, %e1 : f32
    %eme0 = arith.mulf %eae1, %ef : f32
    %ep = arith.addf %eme0, %one : f32
    %en = arith.fptosi %ei : f32 to i32
    %es = arith.shli %en, %c23 : i32
    %eb = arith.bitcast %ep : f32 to i32
    %ew = arith.addi %eb, %es : i32
    %e = arith.bitcast %ew : i32 to f32
    halide.yield %e : f32
  }
  %l = halide.func "l" (qi = %qi, qb = %qb, h = %h) : f32 {
    halide.yield %zero : f32
  }
  halide.update %l (%qi, %qb, %h) over (rc = %rc from %c0 extent %chunks) {
    %blockStart = arith.muli %qb, %block : i32
    %blockEnd = arith.addi %blockStart, %block : i32
    %limit = arith.minsi %len, %blockEnd : i32
    %start = arith.muli %rc, %chunk : i32
    %seen = arith.cmpi slt, %start, %limit : i32
    halide.where %seen
    %a = halide.at %w[%qi, %rc, %qb, %h] : f32
    %b = halide.at %part[%depth1, %qi, %rc, %qb, %h] : f32
    %ab = arith.mulf %a, %b : f32
    %old = halide.at %l[%qi, %qb, %h] : f32
    %new = arith.addf %old, %ab : f32
    halide.store at [%qi, %qb, %h] %new : f32
  }
  %O = halide.func "O" (d = %d, qi = %qi, qb = %qb, h = %h) : f32 {
    halide.yield %zero : f32
  }
  halide.update %O (%d, %qi, %qb, %h) over (rc = %rc from %c0 extent %chunks) {
    %blockStart = arith.muli %qb, %block : i32
    %blockEnd = arith.addi %blockStart, %block : i32
    %limit = arith.minsi %len, %blockEnd : i32
    %start = arith.muli %rc, %chunk : i32
    %seen = arith.cmpi slt, %start, %limit : i32
    halide.where %seen
    %a = halide.at %part[%d, %qi, %rc, %qb, %h] : f32
    %b = halide.at %w[%qi, %rc, %qb, %h] : f32
    %ab = arith.mulf %a, %b : f32
    %old = halide.at %O[%d, %qi, %qb, %h] : f32
    %new = arith.addf %old, %ab : f32
    halide.store at [%d, %qi, %qb, %h] %new : f32
  }
  %out = halide.func "out" (d = %d, q = %q, h = %h) : f32 {
    %qi = halide.mod %q, %block : i32
    %qb = halide.div %q, %block : i32
    %o = halide.at %O[%d, %qi, %qb, %h] : f32
    %sum = halide.at %l[%qi, %qb, %h] : f32
    %inverse = arith.divf %one, %sum : f32
    %r = arith.mulf %o, %inverse : f32
    halide.yield %r : f32
  }
  halide.output %out {halide.max_extents = array<i64: 64, 2048, 64>} : !halide.buffer<64x?x?xf32>
  halide.set_extent %out[1] to %len

  halide.schedule "avx512" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake") {
    halide.bound %out[d] min 0 extent 64
    halide.split %out[q] into (qb, qi) by 32 tail guard_with_if
    halide.reorder %out[d, qi, qb, h]
    halide.vectorize %out[d] by 16
    halide.unroll %out[d]
    halide.fuse %out[qb, h] into task
    halide.parallel %out[task]

    halide.compute_at %QT at %out[task]
    halide.bound %QT[qi] min 0 extent 32
    halide.bound_extent %QT[qb] 1
    halide.split %QT[qi] into (qi, qv) by 16
    halide.split %QT[d] into (d, di) by 16
    halide.reorder %QT[qv, di, qi, d]
    halide.vectorize %QT[qv]
    halide.unroll %QT[di]

    // at the task and not at qi: q % 32 is not seen to be one value there
    halide.compute_at %O at %out[task]
    halide.bound %O[qi] min 0 extent 32
    halide.bound_extent %O[qb] 1
    halide.vectorize %O[d] by 16
    halide.unroll %O[d]
    halide.reorder %O stage 1 [d, rc, qi, qb, h]
    halide.vectorize %O stage 1 [d] by 16
    halide.unroll %O stage 1 [d]

    halide.compute_at %m at %out[task]
    halide.bound %m[qi] min 0 extent 32
    halide.bound_extent %m[qb] 1
    halide.vectorize %m[qi] by 16
    halide.reorder %m stage 1 [qi, rc]
    halide.vectorize %m stage 1 [qi] by 16

    halide.compute_at %l at %out[task]
    halide.bound %l[qi] min 0 extent 32
    halide.bound_extent %l[qb] 1
    halide.vectorize %l[qi] by 16
    halide.reorder %l stage 1 [qi, rc]
    halide.vectorize %l stage 1 [qi] by 16

    halide.compute_at %w at %out[task]
    halide.bound %w[qi] min 0 extent 32
    halide.bound_extent %w[qb] 1
    halide.vectorize %w[qi] by 16

    halide.compute_at %part at %out[task]
    halide.bound %part[qi] min 0 extent 32
    halide.bound_extent %part[qb] 1
    halide.bound_extent %part[j] 80
    halide.reorder %part[j, qi, c, qb, h]
    halide.vectorize %part[j] by 16
    halide.unroll %part[j]

    // 8 keys x 32 queries a tile
    halide.compute_at %S at %part[c]
    halide.bound %S[qi] min 0 extent 32
    halide.split %S[k] into (ko, ki) by 8 tail round_up
    halide.split %S[qi] into (qo, qu) by 32
    halide.reorder %S[qu, ki, ko, qo]
    halide.vectorize %S[qu] by 16
    halide.unroll %S[qu]
    halide.unroll %S[ki]
    halide.compute_at %Sacc at %S[ko]
    halide.bound_extent %Sacc[qi] 32
    halide.bound_extent %Sacc[k] 8
    halide.vectorize %Sacc[qi] by 16
    halide.unroll %Sacc[qi]
    halide.unroll %Sacc[k]
    halide.reorder %Sacc stage 1 [qi, k, rd]
    halide.vectorize %Sacc stage 1 [qi] by 16
    halide.unroll %Sacc stage 1 [qi]
    halide.unroll %Sacc stage 1 [k]

    // three passes over a chunk's scores
    halide.compute_at %mc at %part[c]
    halide.bound %mc[qi] min 0 extent 32
    halide.vectorize %mc[qi] by 16
    halide.unroll %mc[qi]
    halide.reorder %mc stage 1 [qi, rk]
    halide.vectorize %mc stage 1 [qi] by 16
    halide.unroll %mc stage 1 [qi]
    halide.compute_at %lc at %part[c]
    halide.bound %lc[qi] min 0 extent 32
    halide.vectorize %lc[qi] by 16
    halide.unroll %lc[qi]
    halide.reorder %lc stage 1 [qi, rk]
    halide.vectorize %lc stage 1 [qi] by 16
    halide.unroll %lc stage 1 [qi]
    halide.compute_at %P at %part[c]
    halide.bound %P[qi] min 0 extent 32
    halide.vectorize %P[qi] by 16
    halide.unroll %P[qi]
    halide.hoist_storage %S at %out[task]
    halide.hoist_storage %P at %out[task]

    // 8 queries x 32 columns a tile
    halide.compute_at %Oc at %part[c]
    halide.bound %Oc[qi] min 0 extent 32
    halide.split %Oc[d] into (do, di) by 32
    halide.split %Oc[qi] into (qo, qu) by 8
    halide.reorder %Oc[di, qu, qo, do]
    halide.vectorize %Oc[di] by 16
    halide.unroll %Oc[di]
    halide.unroll %Oc[qu]
    halide.compute_at %Oacc at %Oc[qo]
    halide.bound_extent %Oacc[d] 32
    halide.bound_extent %Oacc[qi] 8
    halide.vectorize %Oacc[d] by 16
    halide.unroll %Oacc[d]
    halide.unroll %Oacc[qi]
    halide.reorder %Oacc stage 1 [d, qi, rk]
    halide.vectorize %Oacc stage 1 [d] by 16
    halide.unroll %Oacc stage 1 [d]
    halide.unroll %Oacc stage 1 [qi]
  }
}
