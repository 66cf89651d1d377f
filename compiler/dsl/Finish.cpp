// What can be said only when the whole model has been read: dims without an
// input, ranges of ids, missing and unused weights, values nobody reads.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Finisher.h"

namespace heddle::dsl {
namespace {

/// Names and notes that one message lists before it counts the rest.
constexpr size_t shownNames = 8, shownNotes = 16;

} // namespace

std::string Finisher::describe(const Entry &entry) const {
  return entry.isNamed() ? "entry '" + entry.name + "'"
                         : "model '" + program.name + "'";
}

void Finisher::run() {
  finishWeights();
  finishEntries();
  if (diagnostics.hasErrors())
    return;
  finishDims();
  for (size_t i = 0; i < program.entries.size(); ++i)
    finishRanges(program.entries[i], model.entries[i]);
  finishStates();
  removeUnused();
}

void Finisher::finishEntries() {
  for (const Entry &entry : program.entries) {
    if (!entry.outputs.empty() || !entry.writes.empty() ||
        diagnostics.hasErrors())
      continue;
    std::optional<Span> span;
    if (entry.isNamed())
      span = entry.location.span;
    diagnostics.report(Severity::Error, span,
                       describe(entry) + " has no output");
  }
}

/// Whether the dim is the whole extent of an input.
static bool isBound(const std::string &dim, const Entry &entry,
                    const Program &program) {
  for (const Input &input : entry.inputs)
    for (const shape::Dim &extent : program.values[input.value].type.shape)
      if (extent == shape::Dim::symbol(dim))
        return true;
  return false;
}

void Finisher::finishDims() {
  for (const shape::DimRange &dim : program.dims) {
    bool known = false;
    for (const Entry &entry : program.entries)
      known |= isBound(dim.name, entry, program);
    if (!known)
      model.error(model.current->environment.find(dim.name)->span,
                  "dim '" + dim.name +
                      "' is the extent of no input, so that no "
                      "call would tell its value");
  }
  if (!diagnostics.hasErrors())
    for (const Entry &entry : program.entries)
      finishDims(entry);
}

/// Dims that the ops of an entry use, and the inputs of another one tell.
void Finisher::finishDims(const Entry &entry) {
  std::map<std::string, Span> used;
  auto use = [&](const shape::Dim &dim, Span span) {
    for (const std::string &name : dim.symbols())
      used.insert({name, span});
  };
  for (const Op &op : entry.ops) {
    Span span = program.values[op.result].location.span;
    for (const shape::Dim &extent : shapeOf(op.result))
      use(extent, span);
    for (const auto &[key, value] : op.attributes)
      if (const shape::Dim *dim = std::get_if<shape::Dim>(&value))
        use(*dim, span);
  }
  for (const auto &[name, span] : used)
    if (!isBound(name, entry, program))
      model
          .error(span, "dim '" + name + "' is the extent of no input of " +
                           describe(entry) +
                           ", so that no call would tell its value")
          .note(entry.location.span, "the entry is here");
}

void Finisher::finishRanges(Entry &entry, const Elaborator::OpenEntry &known) {
  std::set<size_t> inferred; // inputs whose range no text gives
  for (const Elaborator::TableUse &use : known.tableUses) {
    Input &input = entry.inputs[use.input];
    Span declared = program.values[input.value].location.span;
    if (!input.range) {
      input.range = {{0, use.rows - 1}};
      inferred.insert(use.input);
      continue;
    }
    if (inferred.count(use.input)) {
      // The smallest of several tables decides.
      input.range->second = std::min(input.range->second, use.rows - 1);
      continue;
    }
    if (input.range->first < 0 || input.range->second >= use.rows)
      model
          .error(use.span, "embed: ids '" + input.name + "' may be " +
                               std::to_string(input.range->first < 0
                                                  ? input.range->first
                                                  : input.range->second) +
                               ", the table " + use.table + " has rows 0 to " +
                               std::to_string(use.rows - 1))
          .note(declared, "the range is declared here");
  }
}

void Finisher::finishStates() {
  std::set<std::string> read;
  std::set<size_t> written;
  for (const Entry &entry : program.entries) {
    for (const Op &op : entry.ops)
      if (op.kind == OpKind::ReadState)
        read.insert(op.attribute<std::string>("state"));
    for (const StateWrite &write : entry.writes)
      written.insert(write.state);
  }
  for (size_t i = 0; i < program.states.size(); ++i) {
    const State &state = program.states[i];
    if (!written.count(i))
      diagnostics.report(Severity::Warning, state.location.span,
                         "state '" + state.name + "' is never assigned" +
                             (read.count(state.name) ? " and stays 0" : ""));
    else if (!read.count(state.name))
      diagnostics.report(Severity::Warning, state.location.span,
                         "state '" + state.name + "' is never read");
  }
}

void Finisher::finishWeights() {
  reportMissing();
  if (diagnostics.hasErrors())
    return;
  for (const auto &[name, weight] : model.declared)
    if (!model.weights.count(name))
      diagnostics.report(Severity::Warning, weight.span,
                         "weight '" + name + "' is declared and never used");
  if (!model.options.weights)
    return;
  size_t unused = 0;
  std::string names;
  for (const auto &[name, shape] : model.options.weights->tensors) {
    if (model.weights.count(name))
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

void Finisher::reportMissing() {
  if (model.missing.empty() || diagnostics.full())
    return;
  std::vector<std::string> names;
  for (const auto &[name, shape] : model.options.weights->tensors)
    names.push_back(name);
  const auto &[first, use] = model.missing.front();
  if (model.missing.size() == 1) {
    diagnostics.error(use, "weight '" + first + "' is not in the weight files" +
                               didYouMean(first, names));
    return;
  }
  Diagnostic &diagnostic =
      diagnostics.error(use, std::to_string(model.missing.size()) +
                                 " weights are not in the weight files");
  for (size_t i = 0; i < model.missing.size() && i < shownNotes; ++i)
    diagnostic.note(model.missing[i].second,
                    "'" + model.missing[i].first + "' is used here" +
                        didYouMean(model.missing[i].first, names));
  if (model.missing.size() > shownNotes)
    diagnostic.note("and " + std::to_string(model.missing.size() - shownNotes) +
                    " more");
}

void Finisher::removeUnused() {
  std::vector<bool> live(program.values.size());
  for (Entry &entry : program.entries) {
    keepLive(entry, live);
    warnUnused(entry, live);
    std::erase_if(entry.ops, [&](const Op &op) { return !live[op.result]; });
  }
  std::erase_if(program.weights,
                [&](const Weight &weight) { return !live[weight.value]; });
}

void Finisher::keepLive(const Entry &entry, std::vector<bool> &live) const {
  auto keep = [&](ValueId value) { live[value] = true; };
  entry.forEachResult(keep);
  for (size_t i = entry.ops.size(); i-- > 0;)
    if (live[entry.ops[i].result])
      forEachRead(entry.ops[i], keep);
}

void Finisher::warnUnused(const Entry &entry, const std::vector<bool> &live) {
  std::vector<bool> read(program.values.size());
  std::set<uint32_t> liveText;
  for (const Op &op : entry.ops) {
    for (ValueId operand : op.operands)
      read[operand] = true;
    if (live[op.result])
      liveText.insert(program.values[op.result].location.span.begin);
  }
  for (const Input &input : entry.inputs)
    if (!live[input.value])
      diagnostics.report(Severity::Warning,
                         program.values[input.value].location.span,
                         "input '" + input.name + "' is never used");
  // Of a dead chain its end is named, once for all rounds of a repeat, and
  // only where no round uses it.
  for (const Op &op : entry.ops) {
    Span span = program.values[op.result].location.span;
    if (!live[op.result] && !read[op.result] && !liveText.count(span.begin))
      diagnostics.report(Severity::Warning, span,
                         "the result of '" + std::string(name(op.kind)) +
                             "' is never used");
  }
}

} // namespace heddle::dsl
