// The recipe language of host.weight: how the tensors of a file become the
// bytes of a weight. Plain C++; compiler/weights runs what is read here.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_HOST_RECIPE_H
#define HEDDLE_DIALECTS_HOST_RECIPE_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::host {

/// One step of a recipe.
struct RecipeStep {
  enum class Kind {
    Concat,    ///< "concat A": joins all tensors along axis A; comes first
    Transpose, ///< "transpose": swaps the two axes of a matrix
    Pack,      ///< "pack N": [K, M] to panels [ceil(M/N)][K][N], zeros after M
    Group,     ///< "group G": panels [P, K, N] to [P, ceil(K/G), N, G], zeros
               ///< after K
    Int8,      ///< "int8": each column of a matrix to whole multiples, -127 to
               ///< 127, of its scale; stored as i8
    Scales,    ///< "scales": [K, M] to [M], the largest magnitude of a column
               ///< over 127
    Offsets,   ///< "offsets": [K, M] to [M], -128 times the sum of what int8
               ///< makes of a column; stored as i32
    Bf16,      ///< "bf16": each value to the nearest bf16; comes last
    Pad,       ///< "pad A E": zeros after the end of axis A, up to extent E
    Reshape,   ///< "reshape E0 E1 ...": the same elements under new extents
    Rotary,    ///< "rotary P W BASE [linear F] [llama3 F LOW HIGH N]": makes
               ///< a table [P, W] of cosines, then sines; takes no tensor and
               ///< stands alone
    Sinusoid   ///< the same of a sine and a cosine in turn
  };
  Kind kind;
  std::vector<int64_t> arguments;
  std::vector<double> numbers = {}; ///< of a table: base, linear factor, and
                                    ///< llama3's four where it is given

  /// True for a step that makes its values from nothing.
  bool generates() const {
    return kind == Kind::Rotary || kind == Kind::Sinusoid;
  }

  /// True for a step that changes the element type, so that none follows it.
  bool narrows() const { return kind == Kind::Bf16; }

  /// The text that `parseRecipeStep` reads.
  std::string str() const;
};

/// Reads one step; nothing on malformed text or an argument out of range.
std::optional<RecipeStep> parseRecipeStep(std::string_view text);

/// The steps' forms, for diagnostics: "concat A, transpose, ...".
std::string_view recipeForms();

/// The extents after `step`. On a tensor that the step does not fit, nothing,
/// and `problem` says why ("'transpose' needs a matrix, found rank 1").
std::optional<std::vector<int64_t>>
applyToShape(const RecipeStep &step,
             const std::vector<std::vector<int64_t>> &tensors,
             std::string &problem);

} // namespace heddle::host

#endif // HEDDLE_DIALECTS_HOST_RECIPE_H
