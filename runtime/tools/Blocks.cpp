// Evaluates a kernel's map at given dims. Notes come from a file: their text is
// checked, and what would take long is refused.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/Blocks.h"

#include "runtime/tools/BlockFormula.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace heddle::tools {
namespace {

using json = nlohmann::ordered_json;
using namespace heddle::runtime;

/// More tokens, or tiles and groups of keys, than this are not drawn: a few
/// seconds' work.
constexpr int64_t maxTokens = 1 << 22, maxSteps = 1 << 23;

int64_t roundedUp(int64_t a, int64_t b) { return a / b + (a % b != 0); }

/// One kernel's note, read.
class Map {
public:
  Map(const json &note, const std::vector<std::string> &dimNames)
      : note(note), dimNames(dimNames) {}

  /// Fills `result` at these dims; returns what is wrong, empty when nothing.
  std::string report(const std::vector<int64_t> &dims, json &result) {
    if (!read(dims))
      return "has a map of blocks that cannot be read";
    int64_t blocks = roundedUp(queries, block), tiles = roundedUp(keys, tile);
    int64_t steps = live ? roundedUp(keys, group) : tiles;
    if (queries > maxTokens || keys > maxTokens || blocks * steps > maxSteps)
      return "has too many blocks to draw: " + std::to_string(blocks) + " x " +
             std::to_string(tiles);
    for (const char *key : {"query_block", "tile_keys", "from", "to", "visited",
                            "full", "group_keys", "live", "by_data"})
      if (note.contains(key))
        result[key] = note[key];
    result["queries"] = queries;
    result["keys"] = keys;
    result["rows"] = json::array();
    for (int64_t i = 0; i < blocks; ++i) {
      std::string row;
      if (!writeRow(i, tiles, row))
        return "has a map of blocks without a value";
      result["rows"].push_back(row);
    }
    result["tiles"] = {{"skipped", counts['.']},
                       {"full", counts['#']},
                       {"border", counts['+']},
                       {"by_data", counts['?']}};
    result["pairs"] = {{"computed", pairs}, {"dense", queries * keys}};
    return {};
  }

private:
  std::optional<int64_t> number(const char *key) {
    if (!note.contains(key) || !note[key].is_number_integer())
      return std::nullopt;
    int64_t value = note[key].get<int64_t>();
    bool isSize = value >= 1 && value <= maxTokens;
    return isSize ? std::optional(value) : std::nullopt;
  }

  std::string text(const char *key, const char *none) {
    if (!note.contains(key))
      return none;
    return note[key].is_string() ? note[key].get<std::string>() : "";
  }

  /// A length over the model's dims.
  std::optional<int64_t> length(const char *key,
                                const std::vector<int64_t> &dims) {
    auto formula = BlockFormula::parse(text(key, ""), dimNames);
    std::optional<int64_t> value =
        formula ? formula->evaluate(dims) : std::nullopt;
    return value && *value >= 0 ? value : std::nullopt;
  }

  bool read(const std::vector<int64_t> &dims) {
    auto blockSize = number("query_block"), tileSize = number("tile_keys");
    auto queryCount = length("queries", dims), keyCount = length("keys", dims);
    if (!blockSize || !tileSize || !queryCount || !keyCount)
      return false;
    block = *blockSize;
    tile = *tileSize;
    queries = *queryCount;
    keys = *keyCount;
    byData = note.contains("by_data");
    auto parse = [&](const char *key, const char *none) {
      return BlockFormula::parse(text(key, none), {"block", "tile", "keys"},
                                 {"query", "key"});
    };
    from = parse("from", "0");
    to = parse("to", "keys");
    visited = parse("visited", "true");
    full = parse("full", "true");
    if (note.contains("live")) {
      auto groupSize = number("group_keys");
      group = groupSize.value_or(1);
      live = parse("live", "");
      if (!groupSize || !live)
        return false;
    }
    return from && to && visited && full;
  }

  bool writeRow(int64_t index, int64_t tiles, std::string &row) {
    BlockRange rows{index * block, std::min((index + 1) * block, queries)};
    for (int64_t i = 0; i < tiles; ++i) {
      BlockRange columns{i * tile, std::min((i + 1) * tile, keys)};
      std::vector<int64_t> values = {index, i, keys};
      auto evaluate = [&](const std::optional<BlockFormula> &formula,
                          BlockFormula::Cache &cache) {
        return formula->evaluate(values, {rows, columns}, cache);
      };
      auto first = evaluate(from, caches[0]), limit = evaluate(to, caches[1]);
      auto isVisited = evaluate(visited, caches[2]);
      auto isFull = evaluate(full, caches[3]);
      if (!first || !limit || !isVisited || !isFull ||
          !keepLive(values, rows, columns))
        return false;
      isVisited = *isVisited && columns.from < columns.to;
      char letter = !*isVisited ? '.' : byData ? '?' : *isFull ? '#' : '+';
      row += letter;
      ++counts[letter];
      int64_t seen =
          std::min(*limit, columns.to) - std::max(*first, columns.from);
      if (*isVisited && seen > 0)
        pairs += (rows.to - rows.from) * seen;
    }
    return true;
  }

  /// Takes from `keys` the groups before the first and behind the last that
  /// are live.
  bool keepLive(const std::vector<int64_t> &values, BlockRange rows,
                BlockRange &keys) {
    if (!live)
      return true;
    BlockRange kept{keys.to, keys.from};
    for (int64_t start = keys.from; start < keys.to; start += group) {
      BlockRange one{start, std::min(start + group, keys.to)};
      auto isLive = live->evaluate(values, {rows, one}, caches[4]);
      if (!isLive)
        return false;
      if (*isLive)
        kept = {std::min(kept.from, one.from), one.to};
    }
    keys = kept;
    return true;
  }

  const json &note;
  const std::vector<std::string> &dimNames;
  int64_t block = 1, tile = 1, group = 1, queries = 0, keys = 0, pairs = 0;
  bool byData = false;
  std::optional<BlockFormula> from, to, visited, full, live;
  BlockFormula::Cache caches[5]; ///< ranges are told apart by their start
  std::map<char, int64_t> counts;
};

/// The note of a kernel; null where it has none.
json noteOf(const Metadata &meta, std::string_view kernel) {
  std::string key = blocksNote + std::string(kernel);
  for (const heddle_meta_note &note : meta.notes())
    if (meta.text(note.key) == key)
      return json::parse(meta.text(note.value), nullptr,
                         /*allow_exceptions=*/false);
  return {};
}

bool isAttention(std::string_view family) {
  return family == "attention" || family == "decode";
}

} // namespace

std::string reportBlocks(const Metadata &meta, const std::vector<int64_t> &dims,
                         json &maps) {
  std::map<uint32_t, int64_t> uses; // of the kernels that run, by index
  std::vector<std::string> dimNames = meta.dimNames();
  maps = json::array();
  for (const heddle_meta_entry &entry : meta.entries())
    for (const heddle_meta_dispatch &dispatch :
         meta.span<heddle_meta_dispatch>(entry.dispatches)) {
      uint32_t kernel = 0;
      if (meta.kernelAt(dispatch, dims.data(), kernel) &&
          isAttention(meta.text(meta.kernels()[kernel].family)))
        ++uses[kernel];
    }
  if (uses.empty())
    return "no kernel is an attention: there are no blocks to show";
  for (const auto &[kernel, count] : uses) {
    std::string name(meta.text(meta.kernels()[kernel].name));
    json note = noteOf(meta, name), map = {{"kernel", name}, {"uses", count}};
    if (!note.is_object())
      return "kernel " + name + " was compiled without a map of its blocks";
    for (size_t i = 0; i < dims.size(); ++i)
      map["dims"][dimNames[i]] = dims[i];
    std::string error = Map(note, dimNames).report(dims, map);
    if (!error.empty())
      return "kernel " + name + " " + error;
    maps.push_back(std::move(map));
  }
  return {};
}

} // namespace heddle::tools
