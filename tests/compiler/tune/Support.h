// What the tuner's tests share: a small space, and numbers to measure.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_COMPILER_TUNE_SUPPORT_H
#define HEDDLE_TESTS_COMPILER_TUNE_SUPPORT_H

#include "compiler/tune/Space.h"
#include "compiler/tune/Store.h"

#include <cstdlib>
#include <filesystem>
#include <string>

namespace heddle::tune {

/// 3 x 4 points; 9 are legal, whose rows times columns are at most 8.
inline Space smallSpace() {
  return Space({{"rows", "rows of a tile", {1, 2, 4}, 2},
                {"columns", "columns of a tile", {1, 2, 4, 8}, 4}},
               [](const Knobs &knobs) {
                 return knobs.at("rows") * knobs.at("columns") > 8
                            ? "the tile is too large"
                            : "";
               });
}

inline Key smallKey() {
  Key key;
  key.kernel = "0123456789abcdef";
  key.family = "gemm";
  key.bucket = "batch=1,seq=16";
  key.target = "avx2";
  key.processor = "A Processor";
  key.versions = "heddle 1, Halide 2";
  return key;
}

/// A comparison whose gain is `ratio`, beyond doubt.
inline Comparison figuresOf(double ratio) {
  Comparison figures;
  figures.base = {90, 100, 110};
  figures.candidate = {90 / ratio, 100 / ratio, 110 / ratio};
  figures.ratio = {ratio * 0.9, ratio, ratio * 1.1};
  figures.atLeast = ratio * 0.999;
  return figures;
}

/// A folder that goes with the object.
struct Folder {
  Folder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "heddle-tune-XXXXXX")
            .string();
    path = mkdtemp(name.data()) ? name : "";
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string file(const char *name) const { return path + "/" + name; }
  std::string path;
};

} // namespace heddle::tune

#endif // HEDDLE_TESTS_COMPILER_TUNE_SUPPORT_H
