// Which point to try next, given what the tried ones came to.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TUNE_SEARCH_H
#define HEDDLE_COMPILER_TUNE_SEARCH_H

#include "compiler/tune/Space.h"
#include "compiler/tune/Trial.h"

#include <memory>
#include <optional>

namespace heddle::tune {

/// A strategy. It may propose several points before it learns of the first.
class Search {
public:
  virtual ~Search() = default;
  /// A point that it has not proposed before, legal or not; nothing when there
  /// is none left.
  virtual std::optional<Knobs> propose() = 0;
  /// What became of a legal point that it proposed.
  virtual void observe(const Trial &trial) = 0;
};

/// Every point once, in an order that depends on the seed alone. It learns
/// nothing: what a strategy that does is compared with. `space` must outlive
/// the search.
std::unique_ptr<Search> randomSearch(const Space &space, uint64_t seed);

} // namespace heddle::tune

#endif // HEDDLE_COMPILER_TUNE_SEARCH_H
