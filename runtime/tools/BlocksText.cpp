// Draws the maps of attentions' blocks.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/Blocks.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>

namespace heddle::tools {
namespace {

using json = nlohmann::ordered_json;

constexpr size_t maxColumns = 64, maxLines = 32;

/// One letter for several: the one that all are, else the mask is asked
/// somewhere, or the data decide.
char summary(const std::vector<std::string> &rows, size_t row, size_t height,
             size_t column, size_t width) {
  char letter = 0;
  for (size_t i = row; i < std::min(row + height, rows.size()); ++i)
    for (size_t j = column; j < std::min(column + width, rows[i].size()); ++j)
      if (letter == 0 || letter == rows[i][j])
        letter = rows[i][j];
      else
        letter = letter == '?' || rows[i][j] == '?' ? '?' : '+';
  return letter;
}

void draw(std::ostream &out, const json &map) {
  auto rows = map["rows"].get<std::vector<std::string>>();
  size_t columns = rows.empty() ? 0 : rows[0].size();
  size_t width = (columns + maxColumns - 1) / maxColumns;
  size_t height = (rows.size() + maxLines - 1) / maxLines;
  if (width > 1 || height > 1)
    out << "  a letter stands for " << width << " x " << height
        << " tiles, + or ? where they differ\n";
  int64_t block = map["query_block"].get<int64_t>();
  for (size_t i = 0; i < rows.size(); i += height) {
    char label[32];
    std::snprintf(label, sizeof(label), "  %8lld  ", (long long)(i * block));
    out << label;
    for (size_t j = 0; j < columns; j += width)
      out << summary(rows, i, height, j, width);
    out << "\n";
  }
}

std::string percent(const json &part, const json &whole) {
  char text[32];
  double all = whole.get<double>();
  std::snprintf(text, sizeof(text), "%.1f %%",
                all == 0 ? 0.0 : 100 * part.get<double>() / all);
  return text;
}

void printMap(std::ostream &out, const json &map) {
  out << "\n"
      << map["kernel"].get<std::string>() << ", dispatched " << map["uses"]
      << (map["uses"] == 1 ? " time: " : " times: ") << map["queries"]
      << " queries in blocks of " << map["query_block"] << ", " << map["keys"]
      << " keys in tiles of " << map["tile_keys"] << "\n";
  out << "  keys of a block: from " << map.value("from", "0") << " to before "
      << map.value("to", "keys") << "\n";
  if (map.contains("visited"))
    out << "  skipped, but where " << map["visited"].get<std::string>() << "\n";
  std::string full = map.value("full", "true");
  if (full == "false")
    out << "  no tile is full: the mask is asked for each pair\n";
  else if (full != "true")
    out << "  full, where " << full << "\n";
  auto printLive = [&](const char *how, const std::string &condition) {
    out << "  " << how << "of a tile, the groups of " << map["group_keys"]
        << " keys from the first to the last with " << condition << "\n";
  };
  if (map.contains("live"))
    printLive("", map["live"].get<std::string>());
  if (map.contains("by_data"))
    for (const json &condition : map["by_data"])
      printLive("by data, ", condition.is_string()
                                 ? condition.get<std::string>()
                                 : condition.dump());
  draw(out, map);
  const json &tiles = map["tiles"];
  out << "  tiles: " << tiles["skipped"] << " skipped, " << tiles["border"]
      << " border, " << tiles["full"] << " full";
  if (map.contains("by_data"))
    out << ", " << tiles["by_data"] << " by data";
  out << "\n  pairs: " << (map.contains("by_data") ? "at most " : "")
      << map["pairs"]["computed"] << " computed of " << map["pairs"]["dense"]
      << ", " << percent(map["pairs"]["computed"], map["pairs"]["dense"])
      << "\n";
}

} // namespace

std::string blocksText(const json &maps) {
  std::ostringstream out;
  out << "blocks of queries, downwards, by tiles of keys";
  std::string separator = ", at ";
  if (!maps.empty() && maps[0].contains("dims"))
    for (const auto &dim : maps[0]["dims"].items()) {
      out << separator << dim.key() << " = " << dim.value();
      separator = ", ";
    }
  out << ", for each head:\n  . skipped   # full   + border, the mask is asked "
         "for each pair   ? skipped or border, as the data say\n";
  for (const json &map : maps)
    printMap(out, map);
  return out.str();
}

} // namespace heddle::tools
