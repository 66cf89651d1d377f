// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Funcs in amx_tile, carried out on the lowered statement: a sum of products
// becomes tile instructions that leave the finished sums in memory.

#include "compiler/translate/Kernel.h"
#include "compiler/translate/TileRows.h"

#include <algorithm>

using namespace Halide::Internal;
using Halide::Expr;

namespace heddle::translate {

namespace {

using Statement = Halide::Internal::Stmt;

// A tile register: at most 16 rows of 64 bytes, 8 of them.
constexpr int tileRows = 16;
constexpr int lineBytes = 64;
constexpr int sumBytes = 4;
constexpr int tileSums = tileRows * lineBytes / sumBytes;

/// Steps after which a loop stores a tile of unfinished sums. A Xeon that has
/// stored no tile for some 2100 cycles takes 1000 more for the next one: 48
/// steps in the first-level cache 1.08 us, with a store between 0.81.
constexpr int stepsToStore = 8;

/// What the first-level cache of a Xeon with tiles holds.
constexpr int64_t firstLevelBytes = 48 << 10;

/// One loop of the update and how far each operand moves with it, in elements.
struct Axis {
  std::string name;
  Expr min, extent;
  int64_t sum = 0, left = 0, right = 0;

  /// The constant extent; 0 where there is none.
  int64_t size() const {
    auto constant = as_const_int(simplify(extent));
    return constant ? *constant : 0;
  }
};

/// An operand: what is read, as which type, and where when all loops begin.
struct Operand {
  const Load *load = nullptr;
  Halide::Type type;
  Expr base;
};

[[noreturn]] void refuse(const std::string &func, const std::string &why) {
  throw Halide::CompileError("'" + func + "' cannot be in amx_tile: " + why);
}

/// The loops, lets, fetches and the store of an update.
class ReadUpdate : public IRVisitor {
public:
  explicit ReadUpdate(const std::string &func) : func(func) {}

  std::vector<const For *> loops; ///< outermost first
  std::vector<std::pair<std::string, Expr>> lets;
  std::vector<std::pair<const For *, const For *>>
      fetches; ///< in which loop, and the loop that fetches
  const Store *store = nullptr;

  Expr withoutLets(Expr value) const {
    for (size_t i = lets.size(); i-- > 0;)
      value = substitute(lets[i].first, lets[i].second, value);
    return value;
  }

private:
  using IRVisitor::visit;
  void visit(const For *op) override {
    const auto *only = op->body.as<Evaluate>();
    const Call *call = only ? only->value.as<Call>() : nullptr;
    if (call && call->is_intrinsic(Call::prefetch) && !loops.empty()) {
      fetches.emplace_back(loops.back(), op);
      return;
    }
    loops.push_back(op);
    op->body.accept(this);
  }
  void visit(const LetStmt *op) override {
    lets.emplace_back(op->name, op->value);
    op->body.accept(this);
  }
  void visit(const Evaluate *) override {
    refuse(func, "its update does more than add products");
  }
  void visit(const Store *op) override {
    if (store)
      refuse(func, "its update stores twice");
    store = op;
  }
  void visit(const IfThenElse *) override {
    refuse(func, "its update depends on a condition");
  }
  void visit(const Allocate *) override {
    refuse(func, "its update needs memory of its own");
  }

  const std::string &func;
};

/// The loads under the casts of a product.
class ReadProduct : public IRVisitor {
public:
  std::vector<Operand> operands;
  bool isProduct = true;

private:
  using IRVisitor::visit;
  void visit(const Load *op) override {
    operands.push_back({op, op->type, op->index});
  }
  void visit(const Cast *op) override { readAs(op->type, op->value); }
  void visit(const Reinterpret *op) override { readAs(op->type, op->value); }
  /// Bytes whose sign is changed are read as what they become.
  void readAs(Halide::Type type, const Expr &value) {
    value.accept(this);
    if (value.as<Load>() && type.bits() == value.type().bits())
      operands.back().type = type;
  }
  void visit(const Add *) override { isProduct = false; }
  void visit(const Sub *) override { isProduct = false; }
  void visit(const Div *) override { isProduct = false; }
  void visit(const Select *) override { isProduct = false; }
  void visit(const Call *op) override {
    isProduct &= op->is_intrinsic({Call::widening_mul, Call::widen_right_mul});
    IRVisitor::visit(op);
  }
};

/// A sum of products over 32-bit groups, in tiles.
class TileProduct {
public:
  TileProduct(const std::string &func, const ReadUpdate &update);

  /// The statement in place of the update and of what zeroes the sums, which
  /// `uses` reads; `lets` stand around both.
  Statement build(const Statement &uses, const Lets &lets);
  /// Which operand the innermost of the loops moves that moves only one.
  void findPassing(const std::vector<const For *> &loops, const Lets &lets,
                   PassingOperands &passing) const;

private:
  Statement ofRows(int64_t rows);
  void readOperands();
  void readAxes();
  void readColumns();
  void readSummed();
  void checkLayout() const;
  Expr atStart(Expr index) const;
  /// How far the n-th tile of columns is from the first.
  int64_t columnOffset(int64_t n, int64_t Axis::*operand) const;
  std::string tileName(int64_t row, int64_t column) const {
    return func + ".tile" + std::to_string(row) + "." + std::to_string(column);
  }
  Statement block(int64_t row, int64_t rowCount, int64_t column,
                  int64_t columnCount, int64_t blockIndex, int64_t blocks);
  /// Where a step of 16 groups is: which groups, of which step of them.
  struct Place {
    Expr group, step;
  };
  Statement products(int64_t row, int64_t rowCount, int64_t column,
                     int64_t columnCount, const Place &at) const;
  Statement withFetches(Statement body, const Place &at, int64_t blockIndex,
                        int64_t blocks) const;
  Expr tileLoad(const Operand &operand, const Expr &first, int64_t rows,
                int64_t stride) const;
  Statement tileStore(int64_t row, int64_t column,
                      const std::string &name) const;
  Statement withStores(Statement body, const Place &at, Statement store) const;
  Halide::Type sumType() const { return update.store->value.type(); }
  int elementBytes() const { return left.type.bytes(); }

  const std::string &func;
  const ReadUpdate &update;
  std::vector<Axis> axes;
  Axis *row = nullptr, *column = nullptr, *group = nullptr;
  Axis *panel = nullptr; ///< of columns; null where there is one
  Axis *step = nullptr;  ///< of groups, of any extent; null likewise
  Operand left, right;
  Expr product; ///< keeps their loads
  Expr sumBase;
};

int64_t strideOf(const std::string &func, const Expr &index,
                 const std::string &loop) {
  Expr next = Variable::make(Halide::Int(32), loop) + 1;
  auto stride = as_const_int(simplify(substitute(loop, next, index) - index));
  if (!stride)
    refuse(func, "the loop " + loop + " strides by no constant");
  return *stride;
}

void TileProduct::readOperands() {
  const Add *sum = update.store->value.as<Add>();
  if (!sum)
    refuse(func, "its update is no sum");
  auto isOld = [&](const Expr &value) {
    const Load *load = value.as<Load>();
    return load && load->name == func &&
           equal(load->index, update.store->index);
  };
  product = isOld(sum->a) ? sum->b : sum->a;
  if (!isOld(sum->a) && !isOld(sum->b))
    refuse(func, "its update adds to something else");
  ReadProduct read;
  product = update.withoutLets(product);
  product.accept(&read);
  if (!read.isProduct || read.operands.size() != 2)
    refuse(func, "what it adds is no product of two values in memory");
  left = read.operands[0];
  right = read.operands[1];
  bool areBytes = left.type.bits() == 8 && right.type.bits() == 8 &&
                  sumType() == Halide::Int(32);
  bool areHalves = left.type.is_bfloat() && right.type.is_bfloat() &&
                   sumType() == Halide::Float(32);
  if (!areBytes && !areHalves)
    refuse(func, "it has no sums in f32 of bf16 or in i32 of i8");
}

/// Rows move the left operand, columns the right one; what the operands are
/// called is found by the columns, which lie side by side.
void TileProduct::readColumns() {
  auto isSwapped = [](const Axis &axis) {
    return axis.sum == 1 && axis.left && !axis.right;
  };
  if (std::any_of(axes.begin(), axes.end(), isSwapped)) {
    std::swap(left, right);
    for (Axis &axis : axes)
      std::swap(axis.left, axis.right);
  }
  for (Axis &axis : axes) {
    if (!axis.sum)
      continue;
    if (bool(axis.left) == bool(axis.right))
      refuse(func,
             "the loop " + axis.name + " is over neither rows nor columns");
    Axis *&which = axis.left ? row : axis.sum == 1 ? column : panel;
    if (which)
      refuse(func,
             std::string("two loops over ") + (axis.left ? "rows" : "columns"));
    which = &axis;
  }
}

void TileProduct::readSummed() {
  int64_t members = sumBytes / elementBytes();
  Axis *member = nullptr;
  for (Axis &axis : axes) {
    if (axis.sum)
      continue;
    bool isMember = axis.left == 1 && axis.right == 1 && axis.size() == members;
    bool isGroup = axis.left == members && axis.size();
    Axis *&which = isMember ? member : isGroup ? group : step;
    if (which)
      refuse(func, "two loops over the same of what is summed up");
    which = &axis;
  }
  if (!row || !column || !member || !group)
    refuse(func, "expected loops over rows, columns, groups and the members "
                 "of a group");
}

void TileProduct::checkLayout() const {
  if (column->right != sumBytes / elementBytes())
    refuse(func, "its operands are not laid out in groups of 32 bits");
  auto isWhole = [](const Axis &axis) {
    return axis.size() && axis.size() % tileRows == 0;
  };
  if (!isWhole(*row) || !isWhole(*column) || !isWhole(*group))
    refuse(func, "rows, columns and groups are not whole tiles of 16");
  if (panel && !panel->size())
    refuse(func, "the loop " + panel->name + " has no constant extent");
}

Expr TileProduct::atStart(Expr index) const {
  for (const Axis &axis : axes)
    index = substitute(axis.name, axis.min, index);
  return simplify(update.withoutLets(index));
}

void TileProduct::readAxes() {
  Expr sumIndex = update.withoutLets(update.store->index);
  left.base = update.withoutLets(left.base);
  right.base = update.withoutLets(right.base);
  for (const For *loop : update.loops)
    axes.push_back({loop->name, update.withoutLets(loop->min),
                    update.withoutLets(loop->extent),
                    strideOf(func, sumIndex, loop->name),
                    strideOf(func, left.base, loop->name),
                    strideOf(func, right.base, loop->name)});
  readColumns();
  readSummed();
  checkLayout();
  sumBase = atStart(sumIndex);
  left.base = atStart(left.base);
  right.base = atStart(right.base);
}

int64_t TileProduct::columnOffset(int64_t n, int64_t Axis::*operand) const {
  int64_t inPanel = column->size() / tileRows;
  int64_t offset = n % inPanel * tileRows * column->*operand;
  return panel ? offset + n / inPanel * panel->*operand : offset;
}

Expr TileProduct::tileLoad(const Operand &operand, const Expr &first,
                           int64_t rows, int64_t stride) const {
  int bytes = operand.type.bytes();
  Expr start = simplify((operand.base + first) * bytes);
  return Call::make(operand.type.with_lanes(tileRows * lineBytes / bytes),
                    "tile_load",
                    {int(rows), lineBytes,
                     Variable::make(Halide::Handle(), operand.load->name),
                     start, int(stride * bytes)},
                    Call::Intrinsic);
}

/// The sums so far of one tile, to where they are when finished.
Statement TileProduct::tileStore(int64_t rowTile, int64_t columnTile,
                                 const std::string &name) const {
  Expr first = sumBase + int(rowTile * tileRows * row->sum +
                             columnOffset(columnTile, &Axis::sum));
  Expr tile =
      Load::make(sumType().with_lanes(tileSums), name,
                 Ramp::make(0, 1, tileSums), {}, {}, const_true(tileSums), {});
  return Evaluate::make(
      Call::make(Halide::Int(32), "tile_store",
                 {tileRows, lineBytes, Variable::make(Halide::Handle(), func),
                  simplify(first * sumBytes), int(row->sum * sumBytes), tile},
                 Call::Intrinsic));
}

/// The step with a store behind every few of them.
Statement TileProduct::withStores(Statement body, const Place &at,
                                  Statement store) const {
  int64_t inStep = group->size() / tileRows, steps = step ? step->size() : 1;
  if (steps && inStep * steps <= stepsToStore)
    return body;
  Expr count = simplify(at.group / tileRows);
  if (step)
    count = simplify(at.step * int(inStep) + count);
  Expr isDue = count % stepsToStore == stepsToStore - 1;
  return Block::make(body, IfThenElse::make(isDue, std::move(store)));
}

/// One step of a block of tiles over 16 groups from `k` on.
Statement TileProduct::products(int64_t firstRow, int64_t rowCount,
                                int64_t firstColumn, int64_t columnCount,
                                const Place &at) const {
  std::vector<Statement> products;
  std::vector<std::pair<std::string, Expr>> tiles;
  auto kept = [&](const std::string &name, const Expr &tile) {
    tiles.emplace_back(func + "." + name, tile);
    return Variable::make(tile.type(), func + "." + name);
  };
  auto offset = [&](int64_t Axis::*operand) {
    Expr inStep = at.group * int(group->*operand);
    return step ? inStep + at.step * int(step->*operand) : inStep;
  };
  std::vector<Expr> lefts;
  for (int64_t r = 0; r < rowCount; ++r)
    lefts.push_back(
        kept("left" + std::to_string(r),
             tileLoad(left,
                      offset(&Axis::left) +
                          int((firstRow + r) * tileRows * row->left),
                      tileRows, row->left)));
  for (int64_t c = 0; c < columnCount; ++c) {
    Expr panel =
        kept("right" + std::to_string(c),
             tileLoad(right,
                      offset(&Axis::right) +
                          int(columnOffset(firstColumn + c, &Axis::right)),
                      tileRows, group->right));
    for (int64_t r = 0; r < rowCount; ++r) {
      std::string name = tileName(r, c);
      Expr all = Ramp::make(0, 1, tileSums);
      Halide::Type type = sumType().with_lanes(tileSums);
      Expr old = Load::make(type, name, all, {}, {}, const_true(tileSums), {});
      Expr sum =
          Call::make(type, "tile_matmul",
                     {tileRows, lineBytes, lineBytes, old, lefts[r], panel},
                     Call::Intrinsic);
      products.push_back(Store::make(name, sum, all, Halide::Parameter(),
                                     const_true(tileSums), ModulusRemainder()));
    }
  }
  Statement body = Block::make(products);
  for (size_t i = tiles.size(); i-- > 0;)
    body = LetStmt::make(tiles[i].first, tiles[i].second, body);
  return body;
}

/// What the update fetches in a step, each of `blocks` its share.
Statement TileProduct::withFetches(Statement body, const Place &place,
                                   int64_t blockIndex, int64_t blocks) const {
  for (const auto &[loop, lines] : update.fetches) {
    if (!step || loop->name != step->name)
      continue;
    Expr line = Variable::make(Halide::Int(32), lines->name);
    Statement share = For::make(
        lines->name, 0,
        (lines->extent + int(blocks - 1 - blockIndex)) / int(blocks),
        ForType::Serial, Halide::Partition::Never, Halide::DeviceAPI::None,
        substitute(lines->name, line * int(blocks) + int(blockIndex),
                   lines->body));
    share = substitute(step->name, step->min + place.step, share);
    for (size_t let = update.lets.size(); let-- > 0;)
      share =
          substitute(update.lets[let].first, update.lets[let].second, share);
    body = Block::make(simplify(share), body);
  }
  return body;
}

Statement TileProduct::block(int64_t firstRow, int64_t rowCount,
                             int64_t firstColumn, int64_t columnCount,
                             int64_t blockIndex, int64_t blocks) {
  Halide::Type type = sumType().with_lanes(tileSums);
  Expr all = Ramp::make(0, 1, tileSums);
  std::vector<Statement> zeros, stores;
  for (int64_t r = 0; r < rowCount; ++r)
    for (int64_t c = 0; c < columnCount; ++c) {
      std::string name = tileName(r, c);
      Expr zero =
          Call::make(type, "tile_zero", {tileRows, lineBytes}, Call::Intrinsic);
      zeros.push_back(Store::make(name, zero, all, Halide::Parameter(),
                                  const_true(tileSums), ModulusRemainder()));
      stores.push_back(tileStore(firstRow + r, firstColumn + c, name));
    }
  auto repeat = [](const std::string &loop, const Expr &times, Statement body) {
    return For::make(loop, 0, times, ForType::Serial, Halide::Partition::Never,
                     Halide::DeviceAPI::None, std::move(body));
  };
  std::string groups = func + ".groups", steps = func + ".steps";
  Place at = {Variable::make(Halide::Int(32), groups) * tileRows,
              Variable::make(Halide::Int(32), steps)};
  Statement body = products(firstRow, rowCount, firstColumn, columnCount, at);
  body = withFetches(body, at, blockIndex, blocks);
  body = withStores(body, at, stores.front());
  body = repeat(groups, int(group->size() / tileRows), body);
  if (step)
    body = repeat(steps, step->extent, body);
  Statement whole =
      Block::make({Block::make(zeros), body, Block::make(stores)});
  for (int64_t r = rowCount; r-- > 0;)
    for (int64_t c = columnCount; c-- > 0;)
      // A type of their own: Halide lets allocations of one type share memory
      // in turn, and what is shared with others does not stay in registers.
      whole = Allocate::make(tileName(r, c), type, Halide::MemoryType::AMXTile,
                             {1}, const_true(), whole);
  return whole;
}

TileProduct::TileProduct(const std::string &func, const ReadUpdate &update)
    : func(func), update(update) {
  readOperands();
  readAxes();
}

void TileProduct::findPassing(const std::vector<const For *> &loops,
                              const Lets &lets,
                              PassingOperands &passing) const {
  Expr leftBase = beforeLets(lets, left.base);
  Expr rightBase = beforeLets(lets, right.base);
  for (size_t i = loops.size(); i-- > 0;) {
    bool movesLeft = expr_uses_var(leftBase, loops[i]->name);
    bool movesRight = expr_uses_var(rightBase, loops[i]->name);
    if (!movesLeft && !movesRight)
      continue;
    // What is read again must be there still.
    int64_t columns = column->size() * (panel ? panel->size() : 1);
    int64_t bytes = (movesLeft ? columns : row->size()) * group->size() *
                    (step ? step->size() : 1) * sumBytes;
    bool stays = bytes > 0 && bytes <= firstLevelBytes;
    if (loops.size() < passing.loops)
      return;
    if (loops.size() > passing.loops)
      passing = {false, false, loops.size()};
    passing.left |= movesLeft && stays;
    passing.right |= movesRight && stays;
    return;
  }
}

/// Copies for fewer tiles of rows, where the last ones are not always read.
Statement TileProduct::build(const Statement &uses, const Lets &lets) {
  int64_t tiles = row->size() / tileRows;
  std::vector<Expr> conditions =
      conditionsOfTiles({func, row->sum, tileRows, tiles}, uses, lets);
  Statement result = ofRows(1);
  for (int64_t count = 2; count <= tiles; ++count) {
    const Expr &condition = conditions[size_t(count - 1)];
    Statement more = ofRows(count);
    result =
        condition.defined() ? IfThenElse::make(condition, more, result) : more;
  }
  return result;
}

/// The first `rows` tiles of rows.
Statement TileProduct::ofRows(int64_t rows) {
  // Two by two tiles use all registers, each operand read once a step; a
  // single row takes three columns.
  int64_t columns = column->size() / tileRows;
  if (panel)
    columns *= panel->size();
  int64_t rowStep = std::min<int64_t>(rows, 2);
  int64_t columnStep = rows == 1 ? 3 : 2;
  int64_t blocks = (rows + rowStep - 1) / rowStep *
                   ((columns + columnStep - 1) / columnStep);
  std::vector<Statement> parts;
  for (int64_t c = 0; c < columns; c += columnStep)
    for (int64_t r = 0; r < rows; r += rowStep)
      parts.push_back(block(r, std::min(rowStep, rows - r), c,
                            std::min(columnStep, columns - c),
                            int64_t(parts.size()), blocks));
  return Block::make(parts);
}

/// Whether a statement only stores zeros to a func.
class ZeroesOnly : public IRVisitor {
public:
  explicit ZeroesOnly(const std::string &func) : func(func) {}
  bool result = true;

private:
  using IRVisitor::visit;
  void visit(const Store *op) override {
    result &= op->name == func && is_const_zero(op->value);
  }
  const std::string &func;
};

class InsertTileProducts : public IRMutator {
public:
  InsertTileProducts(std::vector<std::string> funcs, PassingOperands &passing)
      : funcs(std::move(funcs)), passing(passing) {}

private:
  using IRMutator::visit;

  Statement visit(const For *op) override {
    loops.push_back(op);
    Statement result = IRMutator::visit(op);
    loops.pop_back();
    return result;
  }
  Statement visit(const LetStmt *op) override {
    lets.emplace_back(op->name, op->value);
    Statement result = IRMutator::visit(op);
    lets.pop_back();
    return result;
  }

  Statement visit(const Block *op) override {
    const auto *produce = op->first.as<ProducerConsumer>();
    if (!produce || !isTiled(*produce))
      return IRMutator::visit(op);
    Statement product = producing(*produce, op->rest);
    return Block::make(product, mutate(op->rest));
  }

  /// What nothing behind it in its block reads is computed whole.
  Statement visit(const ProducerConsumer *op) override {
    return isTiled(*op) ? producing(*op, Evaluate::make(0))
                        : IRMutator::visit(op);
  }

  bool isTiled(const ProducerConsumer &op) const {
    return op.is_producer &&
           std::find(funcs.begin(), funcs.end(), op.name) != funcs.end();
  }

  Statement producing(const ProducerConsumer &produce, const Statement &uses) {
    const ProducerConsumer *op = &produce;
    const Block *both = op->body.as<Block>();
    ZeroesOnly zeroes(op->name);
    if (both)
      both->first.accept(&zeroes);
    if (!both || !zeroes.result)
      refuse(op->name, "it does not begin with zeros and one update");
    return ProducerConsumer::make_produce(op->name,
                                          inTiles(op->name, both->rest, uses));
  }

  /// The update in tiles, in either case of a condition on it.
  Statement inTiles(const std::string &func, const Statement &update,
                    const Statement &uses) {
    if (const auto *choice = update.as<IfThenElse>())
      return IfThenElse::make(choice->condition,
                              inTiles(func, choice->then_case, uses),
                              inTiles(func, choice->else_case, uses));
    if (const auto *let = update.as<LetStmt>()) {
      lets.emplace_back(let->name, let->value);
      Statement body = inTiles(func, let->body, uses);
      lets.pop_back();
      return LetStmt::make(let->name, let->value, body);
    }
    ReadUpdate read(func);
    update.accept(&read);
    if (!read.store || read.store->name != func)
      refuse(func, "it has no update of its own");
    TileProduct product(func, read);
    product.findPassing(loops, lets, passing);
    return product.build(uses, lets);
  }

  std::vector<std::string> funcs;
  PassingOperands &passing;
  std::vector<const For *> loops; ///< around the product, outermost first
  Lets lets;                      ///< likewise
};

} // namespace

void addTileProducts(const std::vector<std::string> &funcs,
                     PassingOperands &passing, Halide::Pipeline &pipeline) {
  if (!funcs.empty())
    pipeline.add_custom_lowering_pass(new InsertTileProducts(funcs, passing));
}

} // namespace heddle::translate
