// Tables of the first and the last live keys: see LiveKeys.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/LiveKeys.h"

namespace heddle::lower {

LiveKeys::LiveKeys(KernelBuilder &builder, ScoreTiles &tiles,
                   const schedule::AttentionShape &tile, Expr queries,
                   Expr keys)
    : builder(builder), chunk(tile.chunk), uses(tiles.uses()) {
  if (!tiles.isUseful())
    return;
  schedule::AttentionShape groups = tile;
  groups.chunk = group;
  tiles.build(groups, queries, keys);
  first = table(/*isFirst=*/true, tiles, keys);
  end = table(/*isFirst=*/false, tiles, keys);
}

Expr LiveKeys::at(const Func &table, const Point &tile) const {
  Expr none = builder.index(0);
  return table({tile[0], uses.query ? tile[1] : none,
                uses.head ? tile[2] : none, uses.batch ? tile[3] : none});
}

Func LiveKeys::table(bool isFirst, ScoreTiles &tiles, Expr keys) {
  auto none = [&] { return builder.index(isFirst ? chunk : 0); };
  Func made = builder.func(
      {isFirst ? "live_first" : "live_end",
       uses.query ? schedule::Role::TileLive : schedule::Role::Before,
       {"c", "qb", "h", "b"},
       {-1, -1, -1, -1},
       {},
       builder.index(0).value.getType()},
      [&](const Point &) { return none(); });
  int64_t groups = chunk / group;
  builder.update(made, {{"r", builder.index(0), builder.index(groups)}},
                 [&](const Point &p, const Point &r) {
                   Expr start = r[0] * double(group);
                   Expr index = p[0] * double(groups) + r[0];
                   Expr isLive = tiles.mayLive(index, p[1], p[2], p[3]);
                   Expr key = isFirst ? start : start + double(group);
                   Expr one = select(isLive, key, none());
                   return Store{p,
                                isFirst ? min(made(p), one) : max(made(p), one),
                                p[0] * double(chunk) + start < keys};
                 });
  return made;
}

} // namespace heddle::lower
