// Conversions of constants, and the lookup of names.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Datum.h"

namespace heddle::dsl {

Datum fromDim(const shape::Dim &dim) {
  if (std::optional<int64_t> value = dim.constant())
    return *value;
  return dim;
}

std::optional<shape::Dim> toDim(const Datum &datum) {
  if (const int64_t *value = std::get_if<int64_t>(&datum))
    return shape::Dim(*value);
  if (const shape::Dim *dim = std::get_if<shape::Dim>(&datum))
    return *dim;
  return std::nullopt;
}

std::optional<double> toNumber(const Datum &datum) {
  if (const int64_t *value = std::get_if<int64_t>(&datum))
    return static_cast<double>(*value);
  if (const double *value = std::get_if<double>(&datum))
    return *value;
  return std::nullopt;
}

const char *describe(BindingKind kind) {
  constexpr const char *names[] = {
      "a parameter",           "a dim",     "an input", "a state",
      "the index of a repeat", "a variable"};
  return names[static_cast<size_t>(kind)];
}

const Binding *Environment::find(std::string_view name) const {
  for (size_t i = blocks.size(); i-- > 0;)
    if (auto found = blocks[i].find(name); found != blocks[i].end())
      return &found->second;
  const Binding *fixed = outer ? outer->find(name) : nullptr;
  bool seen = fixed && fixed->kind != BindingKind::Variable &&
              fixed->kind != BindingKind::Index;
  return seen ? fixed : nullptr;
}

Binding *Environment::findOwn(std::string_view name) {
  for (size_t i = blocks.size(); i-- > 0;)
    if (auto found = blocks[i].find(name); found != blocks[i].end())
      return &found->second;
  return nullptr;
}

bool Environment::isHidden(std::string_view name) const {
  return outer && !find(name) && outer->find(name);
}

std::vector<std::string> Environment::names() const {
  std::vector<std::string> all;
  for (const auto &block : blocks)
    for (const auto &[name, binding] : block)
      all.push_back(name);
  if (outer)
    for (const std::string &name : outer->names())
      if (find(name))
        all.push_back(name);
  return all;
}

} // namespace heddle::dsl
