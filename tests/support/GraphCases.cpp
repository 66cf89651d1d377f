// Parses and builds the modules.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/support/GraphCases.h"

#include "compiler/weights/RandomWeights.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Parser/Parser.h"
#include <cmath>

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

std::unique_ptr<MLIRContext> test::makeContext() {
  DialectRegistry registry;
  registry.insert<HGraphDialect, arith::ArithDialect, math::MathDialect>();
  auto context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}

OwningOpRef<ModuleOp> test::parse(MLIRContext &context, StringRef text) {
  return parseSourceString<ModuleOp>(text, &context);
}

OwningOpRef<ModuleOp> test::parseEntry(MLIRContext &context,
                                       StringRef signature, StringRef body) {
  std::string text = "hgraph.model @M {dims = [#hgraph.dim<\"batch\", 1, 8>, "
                     "#hgraph.dim<\"seq\", 1, 64>]} {\nhgraph.entry @main" +
                     signature.str() + " {\n" + body.str() + "\n}\n}\n";
  return parse(context, text);
}

namespace {

/// Builds the layers of a BERT at the end of an entry.
class BertBuilder {
public:
  BertBuilder(MLIRContext &context, int64_t width, int64_t heads)
      : b(UnknownLoc::get(&context), &context), width(width), heads(heads) {}

  OwningOpRef<ModuleOp> build(int layers);

private:
  Value weight(const std::string &path, const shape::Shape &shape) {
    return WeightOp::create(
        b, tensorType(b.getContext(), shape, b.getF32Type()), path);
  }
  Value linear(Value x, const std::string &path, int64_t in, int64_t out) {
    return LinearOp::create(b, x, weight(path + ".weight", {out, in}),
                            weight(path + ".bias", {out}), Layout::OutIn);
  }
  Value norm(Value x, const std::string &path) {
    return LayerNormOp::create(b, x, weight(path + ".weight", {width}),
                               weight(path + ".bias", {width}), 1e-12);
  }
  Value layer(Value x, Value mask, const std::string &path);

  ImplicitLocOpBuilder b;
  int64_t width, heads;
};

Value BertBuilder::layer(Value x, Value mask, const std::string &path) {
  auto project = [&](const char *name) -> Value {
    Value y = linear(x, path + name, width, width);
    return SplitHeadsOp::create(b, y, heads);
  };
  Value q = project(".query"), k = project(".key"), v = project(".value");
  int64_t headWidth = width / heads;
  double scale = 1 / std::sqrt(static_cast<double>(headWidth));
  auto padding = [&](OpBuilder &builder, Location loc, ValueRange args) {
    Value m = AtOp::create(builder, loc, mask, ValueRange{args[1], args[4]});
    Value zero = arith::ConstantIntOp::create(builder, loc, 0, 32);
    Value live =
        arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, m, zero);
    graph::ScoreOp::create(builder, loc, args[0], live);
  };
  Value a = AttentionOp::create(b, q, k, v, scale, padding);
  Value merged = MergeHeadsOp::create(b, a);
  Value y = linear(merged, path + ".output", width, width);
  x = norm(AddOp::create(b, x, y), path + ".norm1");
  Value wide = linear(x, path + ".up", width, 4 * width);
  wide = GeluOp::create(b, wide, GeluForm::None);
  Value narrow = linear(wide, path + ".down", 4 * width, width);
  return norm(AddOp::create(b, x, narrow), path + ".norm2");
}

OwningOpRef<ModuleOp> BertBuilder::build(int layers) {
  MLIRContext *context = b.getContext();
  OwningOpRef<ModuleOp> module(ModuleOp::create(b.getLoc()));
  b.setInsertionPointToEnd(module->getBody());
  shape::Dim batch = shape::Dim::symbol("batch");
  shape::Dim seq = shape::Dim::symbol("seq");
  auto dim = [&](const char *name, int64_t max) {
    return DimAttr::get(context, StringAttr::get(context, name), 1, max);
  };
  auto model = ModelOp::create(
      b, "Bert", ArrayRef<DimAttr>{dim("batch", 8), dim("seq", 64)});
  b.setInsertionPointToEnd(&model.getBody().front());
  Type ids = tensorType(context, {batch, seq}, b.getI32Type());
  Type out = tensorType(context, {batch, width}, b.getF32Type());
  auto entry = EntryOp::create(b, "main", b.getFunctionType({ids, ids}, {out}),
                               ArrayRef<StringRef>{"tokens", "mask"},
                               ArrayRef<StringRef>{"embedding"});
  b.setInsertionPointToEnd(&entry.getBody().front());
  Value tokens = entry.getBody().getArgument(0);
  Value mask = entry.getBody().getArgument(1);
  Value x = EmbedOp::create(b, tokens, weight("words", {50, width}));
  Value places = PositionsOp::create(b, weight("places", {64, width}), seq);
  Value type = RowOp::create(b, weight("types", {2, width}), int64_t(0));
  x = AddOp::create(b, AddOp::create(b, x, places), type);
  x = norm(x, "norm");
  for (int i = 0; i < layers; ++i)
    x = layer(x, mask, "layer." + std::to_string(i));
  Value mean = MeanOp::create(b, x, mask, 1);
  Value unit = L2NormalizeOp::create(b, mean, 1e-12);
  ReturnOp::create(b, ValueRange{unit});
  return module;
}

} // namespace

OwningOpRef<ModuleOp> test::buildBert(MLIRContext &context, int layers,
                                      int64_t width, int64_t heads) {
  return BertBuilder(context, width, heads).build(layers);
}

EntryOp test::entryOf(ModuleOp module) {
  ModelOp model = *module.getOps<ModelOp>().begin();
  return *model.getOps<EntryOp>().begin();
}

reference::WeightProvider test::randomWeights(uint64_t seed) {
  return [seed](std::string_view path, const std::vector<int64_t> &shape,
                std::vector<float> &values) -> std::string {
    values = weights::randomWeight(seed, path, shape);
    return "";
  };
}
