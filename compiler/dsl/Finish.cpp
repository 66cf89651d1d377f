// What can be said only when the whole model has been read: dims without an
// input, ranges of ids, missing and unused weights, values nobody reads.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Elaborator.h"

namespace heddle::dsl {
namespace {

/// Names and notes that one message lists before it counts the rest.
constexpr size_t shownNames = 8, shownNotes = 16;

} // namespace

void Elaborator::finish() {
  finishWeights();
  if (program.outputs.empty() && !diagnostics.hasErrors())
    diagnostics.report(Severity::Error, std::nullopt,
                       "model '" + program.name + "' has no output");
  if (diagnostics.hasErrors())
    return;
  finishDims();
  finishRanges();
  removeUnused();
}

void Elaborator::finishDims() {
  for (const shape::DimRange &dim : program.dims) {
    bool known = false;
    for (const Input &input : program.inputs)
      for (const shape::Dim &extent : shapeOf(input.value))
        known |= extent == shape::Dim::symbol(dim.name);
    if (!known)
      error(current->environment.find(dim.name)->span,
            "dim '" + dim.name +
                "' is the extent of no input, so that no "
                "call would tell its value");
  }
}

void Elaborator::finishRanges() {
  for (const TableUse &use : tableUses) {
    Input &input = program.inputs[use.input];
    Span declared = program.values[input.value].location.span;
    if (!input.range) {
      input.range = {{0, use.rows - 1}};
      inferredRanges.insert(use.input);
      continue;
    }
    if (inferredRanges.count(use.input)) {
      // The smallest of several tables decides.
      input.range->second = std::min(input.range->second, use.rows - 1);
      continue;
    }
    if (input.range->first < 0 || input.range->second >= use.rows)
      error(use.span,
            "embed: ids '" + input.name + "' may be " +
                std::to_string(input.range->first < 0 ? input.range->first
                                                      : input.range->second) +
                ", the table " + use.table + " has rows 0 to " +
                std::to_string(use.rows - 1))
          .note(declared, "the range is declared here");
  }
}

void Elaborator::finishWeights() {
  reportMissing();
  if (diagnostics.hasErrors())
    return;
  for (const auto &[name, weight] : declared)
    if (!weights.count(name))
      diagnostics.report(Severity::Warning, weight.span,
                         "weight '" + name + "' is declared and never used");
  if (!options.weights)
    return;
  size_t unused = 0;
  std::string names;
  for (const auto &[name, shape] : options.weights->tensors) {
    if (weights.count(name))
      continue;
    if (unused++ < shownNames)
      names += (names.empty() ? "'" : ", '") + name + "'";
  }
  if (unused > shownNames)
    names += ", and " + std::to_string(unused - shownNames) + " more";
  if (unused != 0)
    diagnostics.report(Severity::Remark, std::nullopt,
                       std::to_string(unused) +
                           (unused == 1 ? " tensor" : " tensors") +
                           " of the weight files not used: " + names);
}

void Elaborator::reportMissing() {
  if (missing.empty() || diagnostics.full())
    return;
  std::vector<std::string> names;
  for (const auto &[name, shape] : options.weights->tensors)
    names.push_back(name);
  const auto &[first, use] = missing.front();
  if (missing.size() == 1) {
    diagnostics.error(use, "weight '" + first + "' is not in the weight files" +
                               didYouMean(first, names));
    return;
  }
  Diagnostic &diagnostic =
      diagnostics.error(use, std::to_string(missing.size()) +
                                 " weights are not in the weight files");
  for (size_t i = 0; i < missing.size() && i < shownNotes; ++i)
    diagnostic.note(missing[i].second, "'" + missing[i].first +
                                           "' is used here" +
                                           didYouMean(missing[i].first, names));
  if (missing.size() > shownNotes)
    diagnostic.note("and " + std::to_string(missing.size() - shownNotes) +
                    " more");
}

void Elaborator::removeUnused() {
  std::vector<bool> live(program.values.size());
  for (const Output &output : program.outputs)
    live[output.value] = true;
  for (size_t i = program.ops.size(); i-- > 0;) {
    const Op &op = program.ops[i];
    if (!live[op.result])
      continue;
    for (ValueId operand : op.operands)
      live[operand] = true;
    if (!op.score)
      continue;
    for (const ScoreNode &node : op.score->nodes)
      if (node.kind == ScoreNode::Kind::Element)
        live[node.tensor] = true;
  }
  warnUnused(live);
  std::erase_if(program.ops, [&](const Op &op) { return !live[op.result]; });
  std::erase_if(program.weights,
                [&](const Weight &weight) { return !live[weight.value]; });
}

void Elaborator::warnUnused(const std::vector<bool> &live) {
  std::vector<bool> read(program.values.size());
  std::set<uint32_t> liveText;
  for (const Op &op : program.ops) {
    for (ValueId operand : op.operands)
      read[operand] = true;
    if (live[op.result])
      liveText.insert(program.values[op.result].location.span.begin);
  }
  for (const Input &input : program.inputs)
    if (!live[input.value])
      diagnostics.report(Severity::Warning,
                         program.values[input.value].location.span,
                         "input '" + input.name + "' is never used");
  // Of a dead chain its end is named, once for all rounds of a repeat, and
  // only where no round uses it.
  for (const Op &op : program.ops) {
    Span span = program.values[op.result].location.span;
    if (!live[op.result] && !read[op.result] && !liveText.count(span.begin))
      diagnostics.report(Severity::Warning, span,
                         "the result of '" + std::string(name(op.kind)) +
                             "' is never used");
  }
}

} // namespace heddle::dsl
