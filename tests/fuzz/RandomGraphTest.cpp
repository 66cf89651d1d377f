// The random models have every op, choice and score construct in them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/fuzz/RandomGraph.h"

#include "compiler/pipeline/Pipeline.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace heddle;
using namespace heddle::fuzz;

namespace {

/// As many as are compared in the test; ops and constructs are frequent.
constexpr uint64_t seeds = 1000;

using Names = std::set<std::string>;

/// "layout 1" for a choice of an op, where the attribute is one.
template <typename Attr>
void addChoice(Names &names, const std::string &what, Attribute attribute) {
  if (auto choice = dyn_cast<Attr>(attribute))
    names.insert(what + " " + std::to_string(uint32_t(choice.getValue())));
}

Names allChoices() {
  Names names;
  auto add = [&](const std::string &what, uint32_t last) {
    for (uint32_t i = 0; i <= last; ++i)
      names.insert(what + " " + std::to_string(i));
  };
  add("layout", graph::getMaxEnumValForLayout());
  add("gelu", graph::getMaxEnumValForGeluForm());
  add("angles", graph::getMaxEnumValForAngles());
  add("pairs", graph::getMaxEnumValForPairs());
  add("compare", graph::getMaxEnumValForCompareSign());
  return names;
}

struct Met {
  Names ops, choices, constructs;
};

Met meet(MLIRContext &context) {
  Met met;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    OwningOpRef<ModuleOp> module = randomGraph(context, seed, &met.constructs);
    EXPECT_TRUE(module) << "seed " << seed;
    if (!module)
      continue;
    module->walk([&](Operation *op) {
      met.ops.insert(op->getName().getStringRef().str());
      for (NamedAttribute attribute : op->getAttrs()) {
        Attribute value = attribute.getValue();
        addChoice<graph::LayoutAttr>(met.choices, "layout", value);
        addChoice<graph::GeluFormAttr>(met.choices, "gelu", value);
        addChoice<graph::AnglesAttr>(met.choices, "angles", value);
        addChoice<graph::PairsAttr>(met.choices, "pairs", value);
        addChoice<graph::CompareSignAttr>(met.choices, "compare", value);
      }
    });
  }
  return met;
}

const Met &met() {
  static const Met found = [] {
    std::unique_ptr<MLIRContext> context = pipeline::makeContext();
    return meet(*context);
  }();
  return found;
}

Names missing(const Names &wanted, const Names &found) {
  Names rest;
  for (const std::string &name : wanted)
    if (!found.count(name))
      rest.insert(name);
  return rest;
}

/// Registered ops of hgraph, and the scalar ones that score regions may hold.
Names allOps(MLIRContext &context) {
  Names names;
  for (RegisteredOperationName name : context.getRegisteredOperations()) {
    StringRef dialect = name.getDialectNamespace();
    bool counts = dialect == "hgraph";
    if (dialect == "arith" || dialect == "math") {
      // Only the name is asked for; the op is never a valid one.
      Operation *op = Operation::create(
          UnknownLoc::get(&context), name, TypeRange(), ValueRange(),
          NamedAttrList(), OpaqueProperties(nullptr), BlockRange(), 0);
      counts = graph::isScoreArithmetic(op);
      op->destroy();
    }
    if (counts)
      names.insert(name.getStringRef().str());
  }
  return names;
}

TEST(RandomGraph, HasEveryOp) {
  std::unique_ptr<MLIRContext> context = pipeline::makeContext();
  context->loadAllAvailableDialects();
  Names wanted = allOps(*context);
  EXPECT_GT(wanted.size(), 80U);
  // What passes put around the ops, and only they; states have no kernels yet.
  for (const char *name :
       {"hgraph.kernel", "hgraph.yield", "hgraph.outlined", "hgraph.state",
        "hgraph.read_state", "hgraph.write_state"})
    EXPECT_EQ(wanted.erase(name), 1U) << name;
  EXPECT_EQ(missing(wanted, met().ops), Names());
}

TEST(RandomGraph, HasEveryChoice) {
  EXPECT_EQ(missing(allChoices(), met().choices), Names());
}

TEST(RandomGraph, HasEveryMaskAndScore) {
  EXPECT_EQ(missing(ScorePlan::allNames(), met().constructs), Names());
}

} // namespace
