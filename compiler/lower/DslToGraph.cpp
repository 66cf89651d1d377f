// Writes a checked program down as hgraph, one op to one op.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/DslToGraph.h"

#include "compiler/dsl/Program.h"
#include "compiler/lower/DslToGraphScore.h"
#include "dialects/graph/Graph.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace heddle::lower {
namespace {

class GraphWriter {
public:
  GraphWriter(const dsl::Program &program, MLIRContext &context)
      : program(program), builder(&context), values(program.values.size()) {}

  OwningOpRef<ModuleOp> write() {
    // The file's start stands for what has no place of its own.
    Location start =
        FileLineColLoc::get(builder.getStringAttr(program.files[0]), 1, 1);
    OwningOpRef<ModuleOp> module = ModuleOp::create(start);
    builder.setInsertionPointToEnd(module->getBody());
    SmallVector<graph::DimAttr> dims;
    for (Attribute dim : graph::dimArray(context(), program.dims))
      dims.push_back(cast<graph::DimAttr>(dim));
    auto model = graph::ModelOp::create(builder, start, program.name, dims);
    writeModelDocs(model);
    for (const dsl::State &state : program.states) {
      builder.setInsertionPointToEnd(&model.getBody().front());
      auto op = graph::StateOp::create(builder, location(state.location),
                                       state.name, type(state.type));
      if (!state.doc.empty())
        op->setAttr(graph::docAttr, builder.getStringAttr(state.doc));
    }
    for (const dsl::Entry &entry : program.entries) {
      builder.setInsertionPointToEnd(&model.getBody().front());
      writeEntry(entry, entry.isNamed() ? location(entry.location) : start);
    }
    return module;
  }

private:
  MLIRContext *context() { return builder.getContext(); }

  Location location(const dsl::Location &place) {
    Location here =
        FileLineColLoc::get(builder.getStringAttr(program.files[place.file]),
                            place.place.line, place.place.column);
    if (place.frame < 0)
      return here;
    const dsl::Frame &frame = program.frames[place.frame];
    Location callee = NameLoc::get(builder.getStringAttr(frame.function), here);
    return CallSiteLoc::get(callee, location(frame.call));
  }
  Location location(dsl::ValueId value) {
    return location(program.values[value].location);
  }

  RankedTensorType type(dsl::ValueId value) {
    return type(program.values[value].type);
  }
  RankedTensorType type(const dsl::TensorType &type) {
    Type element = builder.getF32Type();
    if (type.element == dsl::ElementType::I32)
      element = builder.getI32Type();
    else if (type.element == dsl::ElementType::Bool)
      element = builder.getI1Type();
    else if (type.element == dsl::ElementType::BF16)
      element = builder.getBF16Type();
    return graph::tensorType(context(), type.shape, element);
  }

  void writeModelDocs(graph::ModelOp model) {
    if (!program.doc.empty())
      model->setAttr(graph::docAttr, builder.getStringAttr(program.doc));
    SmallVector<NamedAttribute> docs;
    for (const auto &[dim, doc] : program.dimDocs)
      docs.push_back(builder.getNamedAttr(dim, builder.getStringAttr(doc)));
    if (!docs.empty())
      model->setAttr(graph::dimDocsAttr, builder.getDictionaryAttr(docs));
  }

  void writeEntry(const dsl::Entry &given, Location loc) {
    SmallVector<Type> inputTypes, outputTypes;
    SmallVector<StringRef> inputNames, outputNames;
    for (const dsl::Input &input : given.inputs) {
      inputTypes.push_back(type(input.value));
      inputNames.push_back(input.name);
    }
    for (const dsl::Output &output : given.outputs) {
      outputTypes.push_back(type(output.value));
      outputNames.push_back(output.name);
    }
    auto entry =
        graph::EntryOp::create(builder, loc, given.name,
                               builder.getFunctionType(inputTypes, outputTypes),
                               inputNames, outputNames);
    if (!given.doc.empty())
      entry->setAttr(graph::docAttr, builder.getStringAttr(given.doc));
    Block &body = entry.getBody().front();
    builder.setInsertionPointToEnd(&body);
    for (auto [i, input] : llvm::enumerate(given.inputs)) {
      BlockArgument argument = body.getArgument(i);
      argument.setLoc(location(input.value));
      values[input.value] = argument;
      if (!input.doc.empty())
        entry.setArgAttr(i, graph::docAttr, builder.getStringAttr(input.doc));
      if (input.range)
        entry.setArgAttr(i, graph::rangeAttr,
                         builder.getDenseI64ArrayAttr(
                             {input.range->first, input.range->second}));
    }
    writeBody(given);
    SmallVector<Value> outputs;
    for (auto [i, output] : llvm::enumerate(given.outputs)) {
      outputs.push_back(values[output.value]);
      if (!output.doc.empty())
        entry.setResultAttr(i, graph::docAttr,
                            builder.getStringAttr(output.doc));
    }
    graph::ReturnOp::create(builder, loc, outputs);
  }

  void writeBody(const dsl::Entry &entry) {
    // Entries share weights; each has those that it reads.
    std::vector<bool> isRead(program.values.size());
    auto mark = [&](dsl::ValueId value) { isRead[value] = true; };
    for (const dsl::Op &op : entry.ops)
      dsl::forEachRead(op, mark);
    entry.forEachResult(mark);
    for (const dsl::Weight &weight : program.weights)
      if (isRead[weight.value])
        values[weight.value] = graph::WeightOp::create(
            builder, location(weight.value), type(weight.value), weight.name);
    for (const dsl::Op &op : entry.ops)
      values[op.result] = writeOp(op);
    for (const dsl::StateWrite &write : entry.writes)
      graph::WriteStateOp::create(builder, location(write.location),
                                  program.states[write.state].name,
                                  values[write.value]);
  }

  /// Operand `index` of an op, null where it was left out.
  Value operand(const dsl::Op &op, size_t index) {
    return index < op.operands.size() ? values[op.operands[index]] : Value();
  }

  Value writeOp(const dsl::Op &op) {
    using Kind = dsl::OpKind;
    Location loc = location(op.result);
    Value a = operand(op, 0), b = operand(op, 1), c = operand(op, 2);
    switch (op.kind) {
    case Kind::Constant:
      return writeConstant(op, loc);
    case Kind::ReadState:
      return graph::ReadStateOp::create(builder, loc, type(op.result),
                                        op.attribute<std::string>("state"));
    case Kind::Embed:
      return graph::EmbedOp::create(builder, loc, a, b);
    case Kind::Positions:
      return graph::PositionsOp::create(builder, loc, a,
                                        op.attribute<shape::Dim>("length"));
    case Kind::Row:
      return graph::RowOp::create(builder, loc, a,
                                  op.attribute<int64_t>("index"));
    case Kind::Linear:
      return writeLinear(op, loc);
    case Kind::LayerNorm:
      return graph::LayerNormOp::create(builder, loc, a, b, c,
                                        op.attribute<double>("eps"));
    case Kind::RmsNorm:
      return graph::RmsNormOp::create(builder, loc, a, b,
                                      op.attribute<double>("eps"));
    case Kind::L2Normalize:
      return graph::L2NormalizeOp::create(builder, loc, a,
                                          op.attribute<double>("eps"));
    case Kind::SplitHeads:
      return graph::SplitHeadsOp::create(builder, loc, a,
                                         op.attribute<int64_t>("heads"));
    case Kind::MergeHeads:
      return graph::MergeHeadsOp::create(builder, loc, a);
    case Kind::Attention:
      return writeAttention(op, loc);
    case Kind::Softmax:
      return graph::SoftmaxOp::create(builder, loc, a,
                                      op.attribute<int64_t>("axis"));
    case Kind::LogSoftmax:
      return graph::LogSoftmaxOp::create(builder, loc, a,
                                         op.attribute<int64_t>("axis"));
    case Kind::TopK:
      return graph::TopKOp::create(builder, loc, a, op.attribute<int64_t>("k"));
    case Kind::Take:
      return graph::TakeOp::create(builder, loc, a, b);
    default:
      return op.kind >= Kind::AngleTable ? writeShapes(op, loc)
             : op.kind >= Kind::Sum      ? writeReduction(op, loc)
                                         : writeElementwise(op, loc);
    }
  }

  Value writeLinear(const dsl::Op &op, Location loc) {
    bool isOutIn = op.attribute<std::string>("layout") == "out_in";
    auto linear = graph::LinearOp::create(
        builder, loc, operand(op, 0), operand(op, 1), operand(op, 2),
        isOutIn ? graph::Layout::OutIn : graph::Layout::InOut);
    if (op.has("dtype"))
      linear.setCompute(
          graph::symbolizePrecision(op.attribute<std::string>("dtype")));
    return linear;
  }

  template <typename ReduceOp>
  Value reduction(const dsl::Op &op, Location loc) {
    return ReduceOp::create(builder, loc, operand(op, 0), operand(op, 1),
                            op.attribute<int64_t>("axis"), op.has("keep"));
  }

  Value writeReduction(const dsl::Op &op, Location loc) {
    using Kind = dsl::OpKind;
    switch (op.kind) {
    case Kind::Sum:
      return reduction<graph::SumOp>(op, loc);
    case Kind::Mean:
      return reduction<graph::MeanOp>(op, loc);
    case Kind::Var:
      return reduction<graph::VarOp>(op, loc);
    case Kind::Largest:
      return reduction<graph::LargestOp>(op, loc);
    case Kind::Smallest:
      return reduction<graph::SmallestOp>(op, loc);
    case Kind::Argmax:
      return reduction<graph::ArgmaxOp>(op, loc);
    default:
      llvm_unreachable("an op of no kind");
    }
  }

  Value writeElementwise(const dsl::Op &op, Location loc) {
    using Kind = dsl::OpKind;
    Value a = operand(op, 0), b = operand(op, 1), c = operand(op, 2);
    switch (op.kind) {
    case Kind::Add:
      return graph::AddOp::create(builder, loc, a, b);
    case Kind::Sub:
      return graph::SubOp::create(builder, loc, a, b);
    case Kind::Mul:
      return graph::MulOp::create(builder, loc, a, b);
    case Kind::Div:
      return graph::DivOp::create(builder, loc, a, b);
    case Kind::Pow:
      return graph::PowOp::create(builder, loc, a, b);
    case Kind::Min:
      return graph::MinOp::create(builder, loc, a, b);
    case Kind::Max:
      return graph::MaxOp::create(builder, loc, a, b);
    case Kind::And:
      return graph::AndOp::create(builder, loc, a, b);
    case Kind::Or:
      return graph::OrOp::create(builder, loc, a, b);
    case Kind::Compare:
      return graph::CompareOp::create(
          builder, loc, a, b,
          *graph::symbolizeCompareSign(op.attribute<std::string>("sign")));
    case Kind::Select:
      return graph::SelectOp::create(builder, loc, a, b, c);
    case Kind::Cast:
      return graph::CastOp::create(builder, loc, a,
                                   type(op.result).getElementType());
    default:
      return writeFunction(op, loc, a);
    }
  }

  /// An element-wise op of one operand.
  Value writeFunction(const dsl::Op &op, Location loc, Value x) {
    using Kind = dsl::OpKind;
    switch (op.kind) {
    case Kind::Neg:
      return graph::NegOp::create(builder, loc, x);
    case Kind::Abs:
      return graph::AbsOp::create(builder, loc, x);
    case Kind::Not:
      return graph::NotOp::create(builder, loc, x);
    case Kind::Sqrt:
      return graph::SqrtOp::create(builder, loc, x);
    case Kind::Exp:
      return graph::ExpOp::create(builder, loc, x);
    case Kind::Log:
      return graph::LogOp::create(builder, loc, x);
    case Kind::Sin:
      return graph::SinOp::create(builder, loc, x);
    case Kind::Cos:
      return graph::CosOp::create(builder, loc, x);
    case Kind::Tanh:
      return graph::TanhOp::create(builder, loc, x);
    case Kind::Sigmoid:
      return graph::SigmoidOp::create(builder, loc, x);
    case Kind::Silu:
      return graph::SiluOp::create(builder, loc, x);
    case Kind::Relu:
      return graph::ReluOp::create(builder, loc, x);
    case Kind::Gelu:
      return graph::GeluOp::create(builder, loc, x,
                                   op.attribute<std::string>("approximate") ==
                                           "none"
                                       ? graph::GeluForm::None
                                       : graph::GeluForm::Tanh);
    default:
      llvm_unreachable("an op of no kind");
    }
  }

  /// The ops of GraphShapes.td.
  Value writeShapes(const dsl::Op &op, Location loc) {
    using Kind = dsl::OpKind;
    Value a = operand(op, 0), b = operand(op, 1), c = operand(op, 2);
    switch (op.kind) {
    case Kind::AngleTable:
      return writeAngleTable(op, loc);
    case Kind::Rope:
      return graph::RopeOp::create(builder, loc, a, b, c,
                                   op.attribute<std::string>("pairs") == "half"
                                       ? graph::Pairs::Half
                                       : graph::Pairs::Adjacent,
                                   op.attribute<shape::Dim>("offset"));
    case Kind::Dropout:
      return graph::DropoutOp::create(builder, loc, a,
                                      op.attribute<double>("rate"));
    case Kind::Matmul:
      return graph::MatmulOp::create(builder, loc, a, b,
                                     op.attribute<bool>("transpose_a"),
                                     op.attribute<bool>("transpose_b"));
    case Kind::Conv:
      return graph::ConvOp::create(
          builder, loc, a, b, c,
          shape::Windows{op.attribute<std::vector<int64_t>>("stride"),
                         op.attribute<std::vector<int64_t>>("padding"),
                         op.attribute<std::vector<int64_t>>("dilation"),
                         op.attribute<int64_t>("groups")});
    default:
      return writeMove(op, loc);
    }
  }

  Value writeAngleTable(const dsl::Op &op, Location loc) {
    double linear = op.attribute<double>("linear");
    SmallVector<double> llama3;
    if (op.attribute<double>("factor") != 0)
      for (const char *name : {"factor", "low", "high", "length"})
        llama3.push_back(op.attribute<double>(name));
    graph::Angles form = op.attribute<std::string>("form") == "rotary"
                             ? graph::Angles::Rotary
                             : graph::Angles::Sinusoid;
    return graph::AngleTableOp::create(
        builder, loc, type(op.result), form,
        llvm::APFloat(op.attribute<double>("base")),
        linear == 1 ? FloatAttr() : builder.getF64FloatAttr(linear),
        llama3.empty() ? DenseF64ArrayAttr()
                       : builder.getDenseF64ArrayAttr(llama3));
  }

  Value writeMove(const dsl::Op &op, Location loc) {
    using Kind = dsl::OpKind;
    Value x = operand(op, 0);
    const shape::Shape &extents = program.values[op.result].type.shape;
    if (op.kind == Kind::Reshape)
      return graph::ReshapeOp::create(builder, loc, x, extents);
    if (op.kind == Kind::BroadcastTo)
      return graph::BroadcastToOp::create(builder, loc, x, extents);
    if (op.kind == Kind::Transpose) {
      SmallVector<int64_t> order;
      for (char digit : op.attribute<std::string>("order"))
        order.push_back(digit - '0');
      return graph::TransposeOp::create(builder, loc, x, order);
    }
    int64_t axis = op.attribute<int64_t>("axis");
    if (op.kind == Kind::Slice)
      return graph::SliceOp::create(builder, loc, x, axis,
                                    op.attribute<shape::Dim>("from"),
                                    extents[axis]);
    if (op.kind == Kind::Pad)
      return graph::PadOp::create(
          builder, loc, x, axis, op.attribute<shape::Dim>("before"),
          op.attribute<shape::Dim>("after"), op.attribute<double>("value"));
    SmallVector<Value> parts;
    for (size_t i = 0; i < op.operands.size(); ++i)
      parts.push_back(operand(op, i));
    return graph::ConcatOp::create(builder, loc, parts, axis);
  }

  Value writeConstant(const dsl::Op &op, Location loc) {
    RankedTensorType result = type(op.result);
    double value = op.attribute<double>("value");
    auto elements =
        result.getElementType().isF32()
            ? DenseElementsAttr::get(result, static_cast<float>(value))
            : DenseElementsAttr::get(result, static_cast<int32_t>(value));
    return graph::ConstantOp::create(builder, loc, result, elements);
  }

  Value writeAttention(const dsl::Op &op, Location loc) {
    auto writeScore = [&](OpBuilder &region, Location at, ValueRange args) {
      writeScoreRegion(*op.score, region, at, args, values);
    };
    auto attention = graph::AttentionOp::create(
        builder, loc, operand(op, 0), operand(op, 1), operand(op, 2),
        op.attribute<double>("scale"),
        op.score ? graph::ScoreBody(writeScore) : nullptr);
    if (op.has("dtype"))
      attention.setCompute(
          graph::symbolizePrecision(op.attribute<std::string>("dtype")));
    return attention;
  }

  const dsl::Program &program;
  OpBuilder builder;
  SmallVector<Value> values; ///< By dsl::ValueId; null where nothing reads.
};

} // namespace

OwningOpRef<ModuleOp> lowerToGraph(const dsl::Program &program,
                                   MLIRContext &context) {
  OwningOpRef<ModuleOp> module = GraphWriter(program, context).write();
  if (failed(verify(*module)))
    return nullptr;
  return module;
}

} // namespace heddle::lower
