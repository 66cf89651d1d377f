// The language's door: any bytes as a model text, parsed, checked, rendered.
// The first byte chooses whether weight files are there.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Parser.h"
#include "compiler/dsl/Sema.h"

#include <cstdlib>

using namespace heddle::dsl;

namespace {

/// A few tensors, so that names and shapes of files meet the text's.
WeightShapes weightShapes() {
  WeightShapes shapes;
  shapes.tensors["w.weight"] = {"F32", {16, 8}, "w.safetensors"};
  shapes.tensors["w.bias"] = {"F32", {16}, "w.safetensors"};
  shapes.tensors["t"] = {"F32", {4, 8}, "w.safetensors"};
  shapes.tensors["ids"] = {"I64", {1, 512}, "w.safetensors"};
  shapes.tensors["empty.weight"] = {"F32", {0, 8}, "w.safetensors"};
  return shapes;
}

/// The program keeps its promise to the lowering: every operand is made
/// before it is read.
void checkOrder(const Program &program) {
  for (const Entry &entry : program.entries) {
    std::vector<bool> made(program.values.size());
    for (const Input &input : entry.inputs)
      made[input.value] = true;
    for (const Weight &weight : program.weights)
      made[weight.value] = true;
    auto require = [&](ValueId value) {
      if (!made[value])
        std::abort();
    };
    for (const Op &op : entry.ops) {
      for (ValueId operand : op.operands)
        require(operand);
      made[op.result] = true;
    }
    for (const Output &output : entry.outputs)
      require(output.value);
    for (const StateWrite &write : entry.writes)
      require(write.value);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const WeightShapes shapes = weightShapes();
  if (size == 0)
    return 0;
  Source source(
      "fuzz.heddle",
      std::string(reinterpret_cast<const char *>(data + 1), size - 1));
  Options options;
  options.weights = data[0] & 1 ? &shapes : nullptr;
  // A text of a few bytes may ask for much; bounds keep a run short.
  options.limits.steps = 3'000;
  options.limits.ops = 1'000;
  // Whatever is imported is a file of one fn, or the text itself.
  std::string own(source.text());
  options.read = [&](const std::string &path,
                     std::string &problem) -> std::optional<std::string> {
    problem = "there is no '" + path + "'";
    if (path.size() % 3 == 0)
      return std::nullopt;
    return path.size() % 3 == 1 ? own : "fn " + path + "(x) { return x + x }";
  };
  Diagnostics diagnostics;
  std::optional<Program> program = compileModel(source, options, diagnostics);
  if (program.has_value() == diagnostics.hasErrors())
    std::abort();
  diagnostics.render(source);
  if (program) {
    checkOrder(*program);
    print(*program);
    Diagnostics again;
    ast::print(parse(source, again), source);
  }
  return 0;
}
