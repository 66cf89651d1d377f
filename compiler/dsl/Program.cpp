// Names and text of a program.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Program.h"

#include <map>

#include <cstdio>
#include <iterator>

namespace heddle::dsl {
namespace {

std::string text(const AttributeValue &value) {
  if (const bool *flag = std::get_if<bool>(&value))
    return *flag ? "true" : "false";
  if (const int64_t *integer = std::get_if<int64_t>(&value))
    return std::to_string(*integer);
  if (const double *number = std::get_if<double>(&value)) {
    char buffer[32];
    std::snprintf(buffer, sizeof(buffer), "%.9g", *number);
    return buffer;
  }
  if (const std::string *string = std::get_if<std::string>(&value))
    return "\"" + *string + "\"";
  if (const auto *list = std::get_if<std::vector<int64_t>>(&value))
    return shape::str(shape::Shape(list->begin(), list->end()));
  return std::get<shape::Dim>(value).str();
}

/// Documentation as lines before what it is about.
std::string documented(const std::string &doc) {
  std::string lines = doc.empty() ? "" : "/// ";
  for (char c : doc)
    lines += c == '\n' ? std::string("\n/// ") : std::string(1, c);
  return doc.empty() ? lines : lines + "\n";
}

std::string ref(ValueId value) { return "%" + std::to_string(value); }

/// How a node is written: an infix sign, or the name of a function.
const char *sign(ScoreNode::Kind kind) {
  using Kind = ScoreNode::Kind;
  static const std::map<Kind, const char *> signs = {
      {Kind::Score, "score"},
      {Kind::Batch, "b"},
      {Kind::Head, "h"},
      {Kind::Query, "q"},
      {Kind::Key, "k"},
      {Kind::Add, " + "},
      {Kind::Sub, " - "},
      {Kind::Mul, " * "},
      {Kind::FloorDiv, " / "},
      {Kind::Mod, "mod"},
      {Kind::Min, "min"},
      {Kind::Max, "max"},
      {Kind::Less, " < "},
      {Kind::LessEqual, " <= "},
      {Kind::Same, " == "},
      {Kind::AddF, " +. "},
      {Kind::SubF, " -. "},
      {Kind::MulF, " *. "},
      {Kind::DivF, " /. "},
      {Kind::MinF, "min."},
      {Kind::MaxF, "max."},
      {Kind::LessF, " <. "},
      {Kind::LessEqualF, " <=. "},
      {Kind::SameF, " ==. "},
      {Kind::Abs, "abs"},
      {Kind::Sqrt, "sqrt"},
      {Kind::Exp, "exp"},
      {Kind::Log, "log"},
      {Kind::Tanh, "tanh"},
      {Kind::ToFloat, "float"},
      {Kind::NotZero, " != 0"},
      {Kind::And, " & "},
      {Kind::Or, " | "},
      {Kind::Not, "!"},
      {Kind::Select, "select"}};
  return signs.at(kind);
}

std::string text(const ScoreRegion &score, uint32_t index) {
  using Kind = ScoreNode::Kind;
  const ScoreNode &node = score.nodes[index];
  std::string operands;
  for (uint32_t operand : node.operands)
    operands += (operands.empty() ? "" : ", ") + text(score, operand);
  switch (node.kind) {
  case Kind::Integer:
    return std::to_string(node.integer);
  case Kind::Number:
    return text(AttributeValue(node.number));
  case Kind::Truth:
    return node.integer ? "true" : "false";
  case Kind::Element:
    return ref(node.tensor) + "[" + operands + "]";
  case Kind::Not:
    return "!" + operands;
  case Kind::NotZero:
    return "(" + operands + " != 0)";
  default:
    break;
  }
  std::string name = sign(node.kind);
  if (node.operands.empty())
    return name;
  if (name.front() != ' ')
    return name + "(" + operands + ")";
  return "(" + text(score, node.operands[0]) + name +
         text(score, node.operands[1]) + ")";
}

std::string text(const Op &op, const Program &program) {
  std::string line = ref(op.result) + " = " + name(op.kind);
  const char *separator = " ";
  for (ValueId operand : op.operands) {
    line += separator + ref(operand);
    separator = ", ";
  }
  for (const auto &[key, value] : op.attributes)
    line += " " + key + "=" + text(value);
  if (op.score && op.score->score)
    line += " score " + text(*op.score, *op.score->score);
  if (op.score && op.score->live)
    line += " where " + text(*op.score, *op.score->live);
  const Value &result = program.values[op.result];
  return line + " : " + str(result.type) + " @" +
         std::to_string(result.location.place.line) + ":" +
         std::to_string(result.location.place.column) + "\n";
}

std::string text(const Entry &entry, const Program &program) {
  std::string out = documented(entry.doc);
  if (entry.isNamed())
    out += "entry " + entry.name + "\n";
  for (const Input &input : entry.inputs) {
    out += documented(input.doc) + ref(input.value) + " = input " + input.name +
           " : " + str(program.values[input.value].type);
    if (input.range)
      out += " in " + std::to_string(input.range->first) + ".." +
             std::to_string(input.range->second);
    out += "\n";
  }
  for (const Op &op : entry.ops)
    out += text(op, program);
  for (const StateWrite &write : entry.writes)
    out += "write " + program.states[write.state].name + " = " +
           ref(write.value) + "\n";
  for (const Output &output : entry.outputs)
    out += documented(output.doc) + "output " + output.name + " = " +
           ref(output.value) + "\n";
  return out;
}

} // namespace

const char *name(ElementType element) {
  constexpr const char *names[] = {"f32", "i32", "bool", "bf16"};
  return names[static_cast<size_t>(element)];
}

std::string str(const TensorType &type) {
  return name(type.element) + shape::str(type.shape);
}

const char *name(OpKind kind) {
  constexpr const char *names[] = {
      "constant",  "read_state",   "embed",       "positions",
      "row",       "add",          "sub",         "mul",
      "div",       "pow",          "min",         "max",
      "and",       "or",           "compare",     "select",
      "cast",      "neg",          "abs",         "not",
      "sqrt",      "exp",          "log",         "sin",
      "cos",       "tanh",         "sigmoid",     "silu",
      "relu",      "gelu",         "linear",      "layer_norm",
      "rms_norm",  "l2_normalize", "split_heads", "merge_heads",
      "attention", "softmax",      "log_softmax", "sum",
      "mean",      "var",          "largest",     "smallest",
      "argmax",    "top_k",        "take",        "angle_table",
      "rope",      "dropout",      "reshape",     "transpose",
      "concat",    "slice",        "pad",         "broadcast_to",
      "matmul",    "conv"};
  static_assert(std::size(names) == size_t(OpKind::Conv) + 1);
  return names[static_cast<size_t>(kind)];
}

std::string print(const Program &program) {
  std::string out = documented(program.doc) + "program " + program.name + "\n";
  for (const shape::DimRange &dim : program.dims) {
    auto doc = program.dimDocs.find(dim.name);
    if (doc != program.dimDocs.end())
      out += documented(doc->second);
    out += "dim " + dim.name + " in " + std::to_string(dim.min) + ".." +
           std::to_string(dim.max) + "\n";
  }
  for (const Weight &weight : program.weights)
    out += ref(weight.value) + " = weight " + weight.name + " : " +
           str(program.values[weight.value].type) + "\n";
  for (const State &state : program.states)
    out += documented(state.doc) + "state " + state.name + " : " +
           str(state.type) + "\n";
  for (const Entry &entry : program.entries)
    out += text(entry, program);
  return out;
}

} // namespace heddle::dsl
