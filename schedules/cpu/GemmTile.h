// Register tiles of constant shape: what GEMM and GEMV share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_GEMMTILE_H
#define HEDDLE_SCHEDULES_CPU_GEMMTILE_H

#include "schedules/KernelView.h"
#include "schedules/Schedule.h"

#include <cstdint>

namespace heddle::schedule {

struct TileShape {
  int64_t panel = 48;   ///< columns of a packed panel
  int64_t rows = 8;     ///< rows of the tile
  int64_t columns = 48; ///< its columns in a panel; divides the panel
  int64_t panels = 1;   ///< panels it reads at once; more than one only of
                        ///< whole panels, and a divisor of their number
  int64_t blockRows =
      0; ///< rows, as many whole tiles, that pass over the panels
         ///< before the next ones do, in loop "block"; 0: all
  bool columnsFirst = false; ///< rows pass over a part of a panel's columns
                             ///< before they do over the next part
};

/// Empty when the accumulators, one row of the panels and a broadcast value
/// fit the registers in whole vectors, else what does not, in words.
std::string checkTile(const TileShape &tile, const CpuTarget &target);

/// Splits the loop over rows of `stage` into tiles, "mo" over "mi", and the
/// tiles, where the shape has blocks, into blocks: "block" over "mo".
void splitRows(Stage stage, const std::string &rows, const TileShape &tile,
               Tail rowTail);

/// Splits `tiled` into tiles; gives the loop that a tile is computed in. With
/// two dims the columns are one axis, whose last tile is guarded; with three
/// they are panels.
std::string splitTiles(Schedule &schedule, const FuncView &tiled,
                       const TileShape &tile, const CpuTarget &target,
                       Tail rowTail);

/// The tiles of `tiled` and in each the accumulator, of a constant shape:
/// columns vectorised, rows unrolled. Dims as scheduleGemmCpu documents.
void scheduleTile(Schedule &schedule, const FuncView &tiled,
                  const FuncView &accumulator, const TileShape &tile,
                  const CpuTarget &target, Tail rowTail);

/// The accumulator in each tile of `tiled`, at its loop `loop`.
void scheduleSums(Schedule &schedule, const FuncView &tiled,
                  const FuncView &accumulator, const std::string &loop,
                  const TileShape &tile, const CpuTarget &target);

/// The loop over `func`'s panels, or over its blocks of columns, of which each
/// is a task of its own.
std::string panelLoop(const FuncView &func, const TileShape &tile);

/// The output of a kernel that finishes rows: `blockRows` rows a task, each
/// written a row at a time at loop "line" of loop "block".
void scheduleRowFinish(Schedule &schedule, const FuncView &row,
                       const FuncView &out, int64_t panel, int64_t blockRows,
                       const CpuTarget &target);

/// What such a kernel reduces its rows to, a row at a time.
void scheduleRowReductions(Schedule &schedule, const KernelView &view,
                           const FuncView &out, const CpuTarget &target);

/// The tiles of a Panel func, if there is one, with the first accumulator in
/// each, at loop `loop` of the output, which reads it beside its own sums.
void schedulePanel(Schedule &schedule, const KernelView &view,
                   const FuncView &out, const std::string &loop,
                   const TileShape &tile, const CpuTarget &target,
                   int64_t streamLines);

/// Fetches `lines` cache lines of the next panel with each step of the sums
/// over this one; 0: none.
void streamPanels(Schedule &schedule, const FuncView &accumulator,
                  const FuncView &tiled, int64_t lines);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_CPU_GEMMTILE_H
