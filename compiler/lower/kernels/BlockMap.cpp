// The map of an attention's blocks as an attribute and as JSON.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/BlockMap.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;

namespace heddle::lower {

KeyBounds<BlockText> textOf(const KeyBounds<Expr> &bounds) {
  return {bounds.queryBlock, bounds.chunk, bounds.first,
          bounds.last,       {"0"},        {"keys"}};
}

BlockMap mapOf(const KeyRange &range, ScoreRegion &region,
               const ScoreTiles::Words &words, int64_t groupKeys) {
  BlockMap map{
      textOf(range.bounds()), {}, {}, groupKeys, words.live, {}, words.byData};
  if (groupKeys == 0)
    map.groupKeys = map.bounds.chunk;
  graph::AttentionOp attention = region.attention();
  map.queries = shapeOf(attention.getQ())[2];
  map.keys = shapeOf(attention.getK())[2];
  map.full = region.masks() ? BlockText{"false"}
                            : map.bounds.isFull({"tile"}, {"block"});
  return map;
}

void keepBlocks(PipelineBuilder &builder, const BlockMap &map) {
  OpBuilder &ops = builder.builder();
  NamedAttrList entries;
  auto add = [&](StringRef name, const BlockText &formula) {
    if (isSet(formula))
      entries.append(name, ops.getStringAttr(formula.text));
  };
  const KeyBounds<BlockText> &bounds = map.bounds;
  BlockText block = {"block"}, tile = {"tile"};
  entries.append("query_block", ops.getI64IntegerAttr(bounds.queryBlock));
  entries.append("tile_keys", ops.getI64IntegerAttr(bounds.chunk));
  add("queries", {map.queries.str()});
  add("keys", {map.keys.str()});
  add("from", bounds.from(block));
  add("to", bounds.to(block));
  add("visited", bounds.isVisited(tile, block));
  if (isSet(map.live) || !map.byData.empty())
    entries.append("group_keys", ops.getI64IntegerAttr(map.groupKeys));
  add("live", map.live);
  add("full", map.full);
  SmallVector<StringRef> byData(map.byData.begin(), map.byData.end());
  if (!byData.empty())
    entries.append("by_data", ops.getStrArrayAttr(byData));
  builder.pipeline()->setAttr(blocksAttr,
                              entries.getDictionary(ops.getContext()));
}

/// A text may have been edited: what is of no known kind is left out.
static llvm::json::Value jsonOf(Attribute attribute) {
  if (auto number = dyn_cast<IntegerAttr>(attribute))
    return number.getInt();
  if (auto text = dyn_cast<StringAttr>(attribute))
    return llvm::json::fixUTF8(text.getValue());
  llvm::json::Array list;
  if (auto array = dyn_cast<ArrayAttr>(attribute))
    for (Attribute element : array)
      list.push_back(jsonOf(element));
  return list;
}

std::string blocksJson(Operation *pipeline) {
  auto map = pipeline->getAttrOfType<DictionaryAttr>(blocksAttr);
  if (!map)
    return {};
  llvm::json::Object object;
  for (NamedAttribute entry : map)
    object[entry.getName().getValue()] = jsonOf(entry.getValue());
  return llvm::formatv("{0}", llvm::json::Value(std::move(object))).str();
}

} // namespace heddle::lower
