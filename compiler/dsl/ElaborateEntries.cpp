// Entries of a model, and the states that they share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/StateOps.h"

namespace heddle::dsl {

void Elaborator::run(const ast::Entry &node, Span mark) {
  if (!requireTop("an entry", mark))
    return;
  for (const Entry &other : program.entries)
    if (other.name == node.name.text) {
      error(node.name.span, "there are two entries '" + other.name + "'")
          .note(other.location.span, "the first is here");
      return;
    }
  entries.emplace_back();
  program.entries.push_back({node.name.text, node.doc, locate(node.name.span)});
  inEntry = true;
  current->environment.enter();
  runBlock(node.body);
  current->environment.leave();
  closeEntry();
}

void Elaborator::closeEntry() {
  inEntry = false;
  // What the states hold at the end is what the call leaves in them.
  for (const auto &[state, held] : open().states)
    if (held.isAssigned)
      entry().writes.push_back({state, held.value, locate(held.span)});
}

void Elaborator::run(const ast::StateDecl &decl, Span mark) {
  if (!requireTop("a state", mark) || isTaken(decl.name))
    return;
  States states{program.states.size(), std::nullopt};
  bool good = true;
  if (decl.count) {
    states.count = evaluateInteger(*decl.count, "the number of states");
    good = states.count.has_value();
    if (good && (*states.count < 1 || *states.count > options.limits.repeat)) {
      error(decl.count->span,
            "there are 1 to " + std::to_string(options.limits.repeat) +
                " states of one name, found " + std::to_string(*states.count));
      good = false;
    }
  }
  std::optional<TensorType> type = tensorType(decl.element, decl.extents);
  if (type && type->element == ElementType::BF16) {
    error(decl.element.span, "a state is f32, i32 or bool, found bf16");
    type.reset();
  }
  for (size_t i = 0; type && i < type->shape.size(); ++i)
    if (!type->shape[i].isConstant()) {
      error(decl.extents[i]->span,
            "a state outlives the calls, so its extents are constant, found " +
                type->shape[i].str());
      type.reset();
    }
  good = good && type && checkSize(*type, decl.name.span);
  for (int64_t i = 0; good && i < states.count.value_or(1); ++i)
    program.states.push_back({states.count
                                  ? decl.name.text + "." + std::to_string(i)
                                  : decl.name.text,
                              *type, locate(decl.name.span), decl.doc});
  current->environment.add(
      decl.name.text, {BindingKind::State,
                       good ? Datum(states) : Datum(Poison()), decl.name.span});
}

std::optional<size_t> StateOps::stateAt(Elaborator &e, const States &states,
                                        const ast::Expr &index) {
  std::optional<int64_t> at = e.evaluateInteger(index, "the index of a state");
  if (!at)
    return std::nullopt;
  if (*at >= 0 && *at < *states.count)
    return states.first + *at;
  e.error(index.span, "there are the states 0 to " +
                          std::to_string(*states.count - 1) + ", found " +
                          std::to_string(*at));
  return std::nullopt;
}

Datum StateOps::read(Elaborator &e, const States &states,
                     const ast::Expr &expr) {
  return readOne(e, states.first, expr.mark);
}

Datum StateOps::readAt(Elaborator &e, const States &states,
                       const ast::Expr &expr) {
  if (expr.operands.size() > 2) {
    e.error(expr.operands[2]->span, "a state has one index");
    return Poison();
  }
  std::optional<size_t> state = stateAt(e, states, *expr.operands[1]);
  return state ? readOne(e, *state, expr.span) : Datum(Poison());
}

Datum StateOps::readOne(Elaborator &e, size_t state, Span span) {
  if (!e.requireEntry("a state's value", span))
    return Poison();
  auto held = e.open().states.find(state);
  if (held != e.open().states.end())
    return Tensor{held->second.value};
  const State &declared = e.program.states[state];
  Datum read = e.emit(OpKind::ReadState, {}, declared.type, span,
                      {{"state", declared.name}});
  if (const Tensor *tensor = std::get_if<Tensor>(&read))
    e.open().states[state] = {tensor->id, span, /*isAssigned=*/false};
  return read;
}

void StateOps::assign(Elaborator &e, const States &states,
                      const ast::Target &target, const Datum &value) {
  Span span = target.name.span;
  if (!e.requireEntry("what a state becomes", span))
    return;
  if (states.count.has_value() != (target.index != nullptr)) {
    e.error(span, states.count ? "'" + target.name.text +
                                     "' are several states; one is assigned "
                                     "by its index"
                               : "'" + target.name.text +
                                     "' is one state and has no index");
    return;
  }
  std::optional<size_t> state = states.first;
  if (target.index)
    state = stateAt(e, states, *target.index);
  if (!state || isPoison(value))
    return;
  const State &declared = e.program.states[*state];
  const Tensor *tensor = std::get_if<Tensor>(&value);
  if (!tensor || e.type(tensor->id) != declared.type) {
    e.error(span, "state '" + declared.name + "' is " + str(declared.type) +
                      ", found " + e.describe(value))
        .note(declared.location.span, "it is declared here");
    return;
  }
  e.open().states[*state] = {tensor->id, span, /*isAssigned=*/true};
}

} // namespace heddle::dsl
