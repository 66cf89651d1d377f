// The map of an attention's blocks: which tiles of keys each block of queries
// meets, from the formulas that its kernel was built with.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_TOOLS_BLOCKS_H
#define HEDDLE_RUNTIME_TOOLS_BLOCKS_H

#include "runtime/src/Metadata.h"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace heddle::tools {

/// The key of the note that holds a kernel's map begins so; its name follows.
constexpr const char *blocksNote = "blocks ";

/// Appends to `maps` one for each attention kernel that runs at `dims`. A row
/// of a map has a letter a tile: '.' is skipped, '+' asks the mask for each
/// pair, '#' for none, and '?' is skipped or not as the data say. Returns an
/// error's text.
std::string reportBlocks(const runtime::Metadata &metadata,
                         const std::vector<int64_t> &dims,
                         nlohmann::ordered_json &maps);

/// The maps for people, at most 64 letters wide and 32 lines high: a letter
/// may stand for several tiles.
std::string blocksText(const nlohmann::ordered_json &maps);

} // namespace heddle::tools

#endif // HEDDLE_RUNTIME_TOOLS_BLOCKS_H
