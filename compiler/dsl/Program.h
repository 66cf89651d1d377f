// A checked model: flat, typed, in SSA form, every block unrolled and every fn
// in its place. What the lowering to hgraph reads, one op to one op.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_PROGRAM_H
#define HEDDLE_COMPILER_DSL_PROGRAM_H

#include "compiler/dsl/ScoreRegion.h"
#include "compiler/dsl/Source.h"
#include "compiler/shape/Dim.h"

#include <map>
#include <memory>
#include <optional>
#include <variant>

namespace heddle::dsl {

/// BF16 is of inputs and outputs only, never of what is computed.
enum class ElementType { F32, I32, Bool, BF16 };
/// "f32", "i32", "bool", "bf16".
const char *name(ElementType element);

struct TensorType {
  ElementType element = ElementType::F32;
  shape::Shape shape;
  bool operator==(const TensorType &other) const = default;
};
/// "f32[batch, seq, 384]".
std::string str(const TensorType &type);

/// Where text stands, and through which calls of fns it was reached.
struct Location {
  Span span;
  Place place;
  uint32_t file = 0;  ///< Index into Program::files.
  int32_t frame = -1; ///< Index into Program::frames, -1 outside fns.
};

/// One call of a fn, unfolded into the program.
struct Frame {
  std::string function;
  Location call;
};

struct Value {
  TensorType type;
  Location location; ///< What made it.
};

/// A tensor that a session keeps from call to call; zeros at first.
struct State {
  std::string name;
  TensorType type; ///< Of constant extents.
  Location location;
  std::string doc = {};
};

/// A parameter of the model with its default or what -D said.
struct Parameter {
  std::string name;
  std::variant<bool, int64_t, double, std::string> value;
};
struct Input {
  std::string name;
  std::string doc = {}; ///< Its documentation; lines without slashes.
  ValueId value = 0;
  /// Inclusive range that every element is checked against; given in the text
  /// or the rows of the tables that it indexes.
  std::optional<std::pair<int64_t, int64_t>> range;
};
/// A tensor of the weight files; one a distinct name, in order of first use.
struct Weight {
  std::string name;
  ValueId value = 0;
};
struct Output {
  std::string name;
  ValueId value = 0;
  Location location;
  std::string doc = {};
};

/// The operands and attributes of each stand beside it.
enum class OpKind {
  Constant,  ///< () value: number
  ReadState, ///< () state: string; what it holds before the call
  Embed,     ///< (ids, table)
  Positions, ///< (table) length: dim
  Row,       ///< (table) index: integer
  Add,       ///< (a, b) of f32 or i32; as the next two
  Sub,
  Mul,
  Div, ///< (a, b); as the next
  Pow,
  Min, ///< (a, b) of f32 or i32; as the next
  Max,
  And, ///< (a, b) of bool; as the next
  Or,
  Compare, ///< (a, b) sign: "lt", "le", "gt", "ge", "eq" or "ne"
  Select,  ///< (condition, a, b)
  Cast,    ///< (x), to the result's element type
  Neg,     ///< (x) of f32 or i32; as the next
  Abs,
  Not,  ///< (x) of bool
  Sqrt, ///< (x); as the next ones up to Relu
  Exp,
  Log,
  Sin,
  Cos,
  Tanh,
  Sigmoid,
  Silu,
  Relu,
  Gelu,        ///< (x) approximate: "none" or "tanh"
  Linear,      ///< (x, weight, [bias]) layout: "out_in" or "in_out",
               ///< [dtype: "f32", "bf16" or "int8"]
  LayerNorm,   ///< (x, weight, bias) eps: number
  RmsNorm,     ///< (x, weight) eps: number
  L2Normalize, ///< (x) eps: number
  SplitHeads,  ///< (x) heads: integer
  MergeHeads,  ///< (x)
  Attention,   ///< (q, k, v) scale: number; and `score`
  Softmax,     ///< (x) axis: integer; as the next
  LogSoftmax,
  Sum, ///< (x, [mask]) axis: integer, [keep: true]; as the next ones
  Mean,
  Var,
  Largest,
  Smallest,
  Argmax,
  TopK,        ///< (x) k: integer
  Take,        ///< (x, indices)
  AngleTable,  ///< () form: "rotary" or "sinusoid", base, linear, factor, low,
               ///< high, length: numbers; factor 0: no llama3 scaling
  Rope,        ///< (x, table, [positions]) pairs: "half" or "adjacent",
               ///< offset: dim
  Dropout,     ///< (x) rate: number
  Reshape,     ///< (x)
  Transpose,   ///< (x) order: the axes' digits, as in "0213"
  Concat,      ///< (parts...) axis: integer
  Slice,       ///< (x) axis: integer, from: dim
  Pad,         ///< (x) axis: integer, before, after: dims, value: number
  BroadcastTo, ///< (x)
  Matmul,      ///< (a, b) transpose_a, transpose_b: truth values
  Conv         ///< (x, weight, [bias]) stride, padding, dilation: lists; groups
};
/// "layer_norm": the op's name in the language and in hgraph.
const char *name(OpKind kind);

using AttributeValue = std::variant<bool, int64_t, double, std::string,
                                    shape::Dim, std::vector<int64_t>>;

struct Op {
  OpKind kind = OpKind::Constant;
  std::vector<ValueId> operands;
  ValueId result = 0;
  std::vector<std::pair<std::string, AttributeValue>> attributes;
  std::shared_ptr<const ScoreRegion> score; ///< Attention's; may be null.

  /// True for an attribute that is there; in [] above, it may be left out.
  bool has(std::string_view name) const {
    for (const auto &[key, value] : attributes)
      if (key == name)
        return true;
    return false;
  }
  /// An attribute that the kind has; its type must be the one documented.
  template <typename T> const T &attribute(std::string_view name) const {
    for (const auto &[key, value] : attributes)
      if (key == name)
        return std::get<T>(value);
    std::abort(); // our bug: the kind has no such attribute
  }
};

/// What a call leaves in a state.
struct StateWrite {
  size_t state = 0; ///< Index into Program::states.
  ValueId value = 0;
  Location location;
};

/// Calls `visit` with every value that an op reads, its score's included.
template <typename Visit> void forEachRead(const Op &op, const Visit &visit) {
  for (ValueId operand : op.operands)
    visit(operand);
  if (!op.score)
    return;
  for (const ScoreNode &node : op.score->nodes)
    if (node.kind == ScoreNode::Kind::Element)
      visit(node.tensor);
}

/// One entry point.
struct Entry {
  std::string name;
  std::string doc = {};
  Location location = {};
  std::vector<Input> inputs = {};
  std::vector<Op> ops = {}; ///< Each after what it reads.
  std::vector<Output> outputs = {};
  std::vector<StateWrite> writes = {}; ///< In the order of the states.

  /// False for the one entry of a model that names none.
  bool isNamed() const { return location.span.end != 0; }
  /// Calls `visit` with every value that is given out or left in a state.
  template <typename Visit> void forEachResult(const Visit &visit) const {
    for (const Output &output : outputs)
      visit(output.value);
    for (const StateWrite &write : writes)
      visit(write.value);
  }
};

struct Program {
  std::string name;
  std::string doc;
  std::map<std::string, std::string> dimDocs; ///< Of the documented dims.
  std::vector<std::string> files; ///< Names of the source's, for locations.
  std::vector<Parameter> parameters;
  std::vector<shape::DimRange> dims;
  std::vector<Value> values; ///< Of all entries.
  std::vector<Weight> weights;
  std::vector<State> states;
  std::vector<Entry> entries; ///< One "main" where the text names none.
  std::vector<Frame> frames;
};

/// The program as text, one op a line, for tests and for people.
std::string print(const Program &program);

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_PROGRAM_H
