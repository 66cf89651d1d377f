// Weights: which file tensor a path means, and what shape it has.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Elaborator.h"

namespace heddle::dsl {

std::optional<ValueId>
Elaborator::weight(const std::string &name,
                   const std::optional<shape::Shape> &derived, Span use,
                   const char *hint) {
  if (auto known = weights.find(name); known != weights.end())
    return known->second;
  std::optional<shape::Shape> extents = shapeOfWeight(name, derived, use, hint);
  if (!extents || !checkSize({ElementType::F32, *extents}, use))
    return std::nullopt;
  ValueId value = addValue({ElementType::F32, *extents}, use);
  weights[name] = value;
  program.weights.push_back({name, value});
  return value;
}

std::optional<shape::Shape>
Elaborator::shapeOfWeight(const std::string &name,
                          const std::optional<shape::Shape> &derived, Span use,
                          const char *hint) {
  auto known = declared.find(name);
  const WeightShape *stored = nullptr;
  if (options.weights) {
    auto found = options.weights->tensors.find(name);
    if (found != options.weights->tensors.end())
      stored = &found->second;
    else if (missingNames.insert(name).second)
      missing.push_back({name, use});
  }
  if (!stored) {
    if (known != declared.end())
      return known->second.type.shape;
    // What is missing was noted; a shape lets the checks go on.
    if (!derived && !options.weights && !wronglyDeclared.count(name))
      error(use, "nothing tells the shape of weight '" + name + "'; " + hint);
    return derived;
  }
  // All become f32 where they are read.
  if (stored->element != "F32" && stored->element != "F16" &&
      stored->element != "BF16") {
    error(use, "weight '" + name + "' is " + stored->element + " in " +
                   stored->file + ", and must be F32, F16 or BF16");
    return std::nullopt;
  }
  shape::Shape extents(stored->extents.begin(), stored->extents.end());
  for (int64_t extent : stored->extents)
    if (extent < 1) {
      error(use, "weight '" + name + "' " + shape::str(extents) + " in " +
                     stored->file + " has no elements");
      return std::nullopt;
    }
  if (known == declared.end() || known->second.type.shape == extents)
    return extents;
  error(known->second.span, "weight '" + name + "' is declared " +
                                shape::str(known->second.type.shape) +
                                ", and is " + shape::str(extents) + " in " +
                                stored->file)
      .note(use, "it is used here");
  return std::nullopt;
}

bool Elaborator::isWeight(const std::string &name) const {
  return declared.count(name) || wronglyDeclared.count(name) ||
         weights.count(name) ||
         (options.weights && options.weights->tensors.count(name));
}

std::optional<ValueId> Elaborator::table(const Arguments &arguments) {
  std::optional<std::string> path = pathOf(arguments, "table");
  bool good = path.has_value();
  std::optional<int64_t> rows = extentOf(arguments, "rows", good);
  std::optional<int64_t> width = extentOf(arguments, "width", good);
  if (!good)
    return std::nullopt;
  // The path of a module, as checkpoints have it, or of the tensor itself.
  std::string name = *path + ".weight";
  if (!isWeight(name) && isWeight(*path))
    name = *path;
  std::optional<shape::Shape> derived;
  if (rows && width)
    derived = shape::Shape{*rows, *width};
  std::optional<ValueId> found =
      weight(name, derived, arguments.mark,
             "declare it, say 'rows = N, width = N' or give the weight files");
  if (!found || shapeOf(*found).size() != 2)
    return found;
  if (!checkExtent(arguments, "rows", rows, shapeOf(*found)[0], *found) ||
      !checkExtent(arguments, "width", width, shapeOf(*found)[1], *found))
    return std::nullopt;
  return found;
}

} // namespace heddle::dsl
