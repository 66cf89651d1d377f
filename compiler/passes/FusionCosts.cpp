// Times of kernels from FLOPs and bytes: see FusionCosts.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/passes/FusionCosts.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>

namespace heddle::passes {

constexpr double f32Bytes = 4;

const Machine &machine() {
  // A virtual Xeon with AVX-512 and a second-level cache of 2 MB, one pinned
  // thread, by `heddle run --profile`; --remarks shows what follows from it.
  static const Machine measured = {
      /*flops=*/190,      // 128 rows of 768 by 768 and 2048: 175-202 of 236
      /*bf16Flops=*/1400, // 128 rows of 576 by 1536: 1300-1490
      /*int8Flops=*/2000, // the same: 1900-2200
      /*weightBytes=*/20, // 16 rows of the same: 19-23
      /*nearBytes=*/120,  // additions and norms of 16 to 64 rows of 768
      /*farBytes=*/30,    // the same of 1024 rows: 9 MB in all
      /*nearLimit=*/1 << 20,
      /*blockBytes=*/45,  // 16 to 1024 rows of 768: 18-125
      /*firstBytes=*/200, // 1 to 200 rows of 96: as fast as a norm apart
      /*firstLimit=*/24 << 10,
      /*normElements=*/19, // rms_norm of 16 rows of 768, less what it moves
      /*turnElements=*/7,  // 16 and 128 rows of 576, less what they move
      /*turnedSums=*/12,   // 128 rows of 576 in products of bf16 and int8
      /*productRows=*/128, // these three: schedules/cpu/Gemm.cpp
      /*finishedRows=*/64,
      /*panel=*/64};
  return measured;
}

void Work::move(double bytes, double footprint) {
  bool isNear = footprint <= machine().nearLimit;
  tensorTime += bytes / (isNear ? machine().nearBytes : machine().farBytes);
}

double FusionCosts::nanoseconds(const Work &work) const {
  const Machine &m = machine();
  return std::max(work.flops / m.flops, work.weightBytes / m.weightBytes) +
         work.tensorTime + work.normElements / m.normElements +
         work.turnElements / m.turnElements + work.turnedSums / m.turnedSums +
         double(work.kernels) * kernelTime;
}

double FusionCosts::Product::result() const {
  return f32Bytes * rows * columns;
}

/// One product, without what becomes of its result.
Work FusionCosts::workOf(const Product &product, double blockRows) {
  Work work;
  work.kernels = 1;
  work.flops = 2 * product.rows * product.inner * product.columns;
  work.weightBytes = f32Bytes * product.inner * product.columns *
                     std::ceil(product.rows / blockRows);
  double x = f32Bytes * product.rows * product.inner;
  work.move(x, x);
  return work;
}

Verdict FusionCosts::norm(graph::LinearOp linear, bool keeps) const {
  auto fused = [&](const Product &product) {
    Work work = workOf(product, machine().finishedRows);
    // A block waits in memory until its rows are whole.
    double block = f32Bytes * product.columns *
                   std::min(product.rows, machine().finishedRows);
    bool isNear = block <= machine().firstLimit;
    work.tensorTime += 2 * product.result() /
                       (isNear ? machine().firstBytes : machine().blockBytes);
    work.move((keeps ? 2 : 1) * product.result(), product.result());
    work.normElements = product.rows * product.columns;
    return work;
  };
  auto apart = [](const Product &product) {
    Work work = workOf(product, machine().productRows);
    work.move(3 * product.result(), product.result());
    work.normElements = product.rows * product.columns;
    ++work.kernels;
    return work;
  };
  return decide(linear, fused, apart);
}

/// Two products of one input that is read once.
Work FusionCosts::workOfBoth(const Product &product) {
  constexpr double count = 2;
  const Machine &m = machine();
  double flops = m.flops, numberBytes = f32Bytes;
  if (product.precision != graph::Precision::F32) {
    bool isInt8 = product.precision == graph::Precision::Int8;
    flops = isInt8 ? m.int8Flops : m.bf16Flops;
    numberBytes = isInt8 ? 1 : 2;
  }
  Work work = workOf(product, m.productRows);
  work.flops *= count * m.flops / flops;
  work.weightBytes *= count * numberBytes / f32Bytes;
  return work;
}

Verdict FusionCosts::pair(graph::LinearOp linear) const {
  auto fused = [](const Product &product) {
    double rows = std::min(product.rows, machine().productRows);
    Work work = workOfBoth(product);
    // The first product's panel waits for the second's.
    work.move(2 * product.result(), f32Bytes * rows * machine().panel);
    work.move(product.result(), product.result());
    return work;
  };
  auto apart = [](const Product &product) {
    Work work = workOfBoth(product);
    work.tensorTime *= 2;
    work.move(3 * product.result(), product.result());
    ++work.kernels;
    return work;
  };
  return decide(linear, fused, apart);
}

Verdict FusionCosts::turn(graph::LinearOp linear) const {
  auto fused = [](const Product &product) {
    Work work = workOf(product, machine().productRows);
    work.move(product.result(), product.result());
    work.turnedSums = product.rows * product.columns;
    return work;
  };
  auto apart = [](const Product &product) {
    Work work = workOf(product, machine().productRows);
    work.move(3 * product.result(), product.result());
    work.turnElements = product.rows * product.columns;
    ++work.kernels;
    return work;
  };
  return decide(linear, fused, apart);
}

static std::string timeText(double nanoseconds) {
  constexpr double micro = 1e3, milli = 1e6;
  if (nanoseconds < milli)
    return llvm::formatv("{0:f2} us", nanoseconds / micro).str();
  return llvm::formatv("{0:f2} ms", nanoseconds / milli).str();
}

Verdict FusionCosts::decide(graph::LinearOp linear, WorkOf fused,
                            WorkOf apart) const {
  shape::Shape x = graph::shapeOf(linear.getX());
  shape::Dim rows = shape::elementCount({x.begin(), x.end() - 1});
  double worst[2] = {1, 1}; // of apart and fused, beside the other
  std::string texts[2];
  for (bool isLargest : {false, true}) {
    shape::DimValues values;
    std::string names;
    for (const shape::DimRange &range : ranges) {
      values[range.name] = isLargest ? range.max : range.min;
      names += llvm::formatv("{0}{1}={2}", names.empty() ? "" : ", ",
                             range.name, values[range.name]);
    }
    Product product{double(rows.evaluate(values).value_or(1)),
                    double(*linear.inFeatures().constant()),
                    double(*linear.outFeatures().constant()),
                    linear.precision()};
    double times[2] = {nanoseconds(apart(product)),
                       nanoseconds(fused(product))};
    for (int way : {0, 1}) {
      worst[way] = std::max(worst[way], times[way] / times[1 - way]);
      texts[way] += llvm::formatv(
          "{0}{1} against {2}{3}", isLargest && !ranges.empty() ? "; " : "",
          timeText(times[way]), timeText(times[1 - way]),
          names.empty() ? "" : " (" + names + ")");
    }
    if (ranges.empty())
      break;
  }
  bool fuse = worst[1] <= worst[0];
  return {fuse, texts[fuse]};
}

} // namespace heddle::passes
