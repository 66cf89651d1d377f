// Makes angle tables row by row: see AngleTable.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/weights/AngleTable.h"

#include <cmath>

namespace heddle::weights {
namespace {

constexpr double pi = 3.14159265358979323846;

/// Radians a position adds to each pair. `numbers` are those of the step.
std::vector<double> frequencies(int64_t width,
                                const std::vector<double> &numbers) {
  std::vector<double> result;
  for (int64_t j = 0; j < width / 2; ++j) {
    double f = std::pow(numbers[0], -double(2 * j) / double(width));
    f /= numbers[1];
    if (numbers.size() > 2) {
      // Llama 3: long waves are stretched by the factor, short ones are kept,
      // and those between are mixed.
      double factor = numbers[2], low = numbers[3], high = numbers[4];
      double turns = numbers[5] * f / (2 * pi); // in the trained length
      double kept = turns < low    ? 0.0
                    : turns > high ? 1.0
                                   : (turns - low) / (high - low);
      f = (1 - kept) * f / factor + kept * f;
    }
    result.push_back(f);
  }
  return result;
}

} // namespace

bool writeAngleTable(const host::RecipeStep &step, const FloatSink &sink) {
  int64_t rows = step.arguments[0], width = step.arguments[1];
  bool isRotary = step.kind == host::RecipeStep::Kind::Rotary;
  std::vector<double> frequency = frequencies(width, step.numbers);
  std::vector<float> row(static_cast<size_t>(width));
  for (int64_t p = 0; p < rows; ++p) {
    for (int64_t j = 0; j < width / 2; ++j) {
      double angle = double(p) * frequency[size_t(j)];
      row[size_t(isRotary ? j : 2 * j + 1)] = float(std::cos(angle));
      row[size_t(isRotary ? width / 2 + j : 2 * j)] = float(std::sin(angle));
    }
    if (!sink(row.data(), row.size()))
      return false;
  }
  return true;
}

} // namespace heddle::weights
