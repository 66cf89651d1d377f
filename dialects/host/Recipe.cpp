// Reads recipe steps and infers shapes through them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/host/Recipe.h"

#include <charconv>

using namespace heddle::host;

namespace {
using Kind = RecipeStep::Kind;
using Extents = std::vector<int64_t>;

struct StepForm {
  std::string_view name;
  Kind kind;
  int arguments;       // -1: one or more
  int64_t smallest[2]; // of each argument; the last one repeats
};
constexpr StepForm forms[] = {
    {"concat", Kind::Concat, 1, {0, 0}},
    {"transpose", Kind::Transpose, 0, {0, 0}},
    {"pack", Kind::Pack, 1, {1, 1}},
    {"pad", Kind::Pad, 2, {0, 1}},
    {"reshape", Kind::Reshape, -1, {1, 1}},
};

std::string text(const Extents &extents) {
  std::string list;
  for (int64_t extent : extents)
    list += (list.empty() ? "" : ", ") + std::to_string(extent);
  return "[" + list + "]";
}

/// Splits at single spaces; an empty word stays, and fails to parse.
std::vector<std::string_view> splitWords(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    size_t space = text.find(' ');
    words.push_back(text.substr(0, space));
    if (space == std::string_view::npos)
      return words;
    text.remove_prefix(space + 1);
  }
}
} // namespace

std::string RecipeStep::str() const {
  std::string text;
  for (const StepForm &form : forms)
    if (form.kind == kind)
      text = form.name;
  for (int64_t argument : arguments)
    text += " " + std::to_string(argument);
  return text;
}

std::string_view heddle::host::recipeForms() {
  return "'concat AXIS', 'transpose', 'pack N', 'pad AXIS EXTENT', "
         "'reshape EXTENT...'";
}

std::optional<RecipeStep> heddle::host::parseRecipeStep(std::string_view text) {
  std::vector<std::string_view> words = splitWords(text);
  for (const StepForm &form : forms) {
    if (words[0] != form.name)
      continue;
    RecipeStep step{form.kind, {}};
    for (size_t i = 1; i < words.size(); ++i) {
      int64_t value = 0;
      const char *end = words[i].data() + words[i].size();
      std::from_chars_result read =
          std::from_chars(words[i].data(), end, value);
      if (read.ec != std::errc() || read.ptr != end ||
          value < form.smallest[i == 1 ? 0 : 1] || value > INT64_C(1) << 40)
        return std::nullopt;
      step.arguments.push_back(value);
    }
    int count = int(step.arguments.size());
    if (form.arguments < 0 ? count == 0 : count != form.arguments)
      return std::nullopt;
    return step;
  }
  return std::nullopt;
}

static std::optional<Extents> concat(int64_t axis,
                                     const std::vector<Extents> &tensors,
                                     std::string &problem) {
  Extents result = tensors[0];
  if (axis >= int64_t(result.size())) {
    problem = "'concat " + std::to_string(axis) + "' needs more than " +
              std::to_string(axis) + " axes, found " + text(result);
    return std::nullopt;
  }
  for (size_t i = 1; i < tensors.size(); ++i) {
    Extents same = tensors[i];
    if (same.size() == result.size())
      same[axis] = result[axis];
    if (same != result) {
      problem = "'concat " + std::to_string(axis) + "' joins " +
                text(tensors[0]) + " and " + text(tensors[i]) +
                ", which differ elsewhere";
      return std::nullopt;
    }
    result[axis] += tensors[i][axis];
  }
  return result;
}

static std::optional<Extents> single(const RecipeStep &step, Extents extents,
                                     std::string &problem) {
  const Extents &args = step.arguments;
  auto fail = [&](const std::string &need) {
    problem = "'" + step.str() + "' needs " + need + ", found " + text(extents);
    return std::nullopt;
  };
  switch (step.kind) {
  case Kind::Concat:
    break; // handled by the caller
  case Kind::Transpose:
    if (extents.size() != 2)
      return fail("a matrix");
    return Extents{extents[1], extents[0]};
  case Kind::Pack:
    if (extents.size() != 2)
      return fail("a matrix");
    return Extents{(extents[1] + args[0] - 1) / args[0], extents[0], args[0]};
  case Kind::Pad:
    if (args[0] >= int64_t(extents.size()) || extents[args[0]] > args[1])
      return fail("an axis " + std::to_string(args[0]) + " of at most " +
                  std::to_string(args[1]));
    extents[args[0]] = args[1];
    return extents;
  case Kind::Reshape: {
    int64_t before = 1, after = 1;
    for (int64_t extent : extents)
      before *= extent;
    for (int64_t extent : args)
      if (__builtin_mul_overflow(after, extent, &after))
        return fail("as many elements");
    if (before != after)
      return fail(std::to_string(after) + " elements");
    return args;
  }
  }
  return extents;
}

std::optional<Extents>
heddle::host::applyToShape(const RecipeStep &step,
                           const std::vector<Extents> &tensors,
                           std::string &problem) {
  if (step.kind == Kind::Concat)
    return concat(step.arguments[0], tensors, problem);
  return single(step, tensors[0], problem);
}
