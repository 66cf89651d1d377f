// Reads recipe steps and infers shapes through them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/host/Recipe.h"

#include <charconv>
#include <cmath>
#include <cstdio>

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
    {"group", Kind::Group, 1, {1, 1}},
    {"int8", Kind::Int8, 0, {0, 0}},
    {"scales", Kind::Scales, 0, {0, 0}},
    {"offsets", Kind::Offsets, 0, {0, 0}},
    {"bf16", Kind::Bf16, 0, {0, 0}},
    {"pad", Kind::Pad, 2, {0, 1}},
    {"reshape", Kind::Reshape, -1, {1, 1}},
};

constexpr std::string_view tables[] = {"rotary", "sinusoid"};

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

namespace {
template <typename Number> std::optional<Number> read(std::string_view word) {
  Number value = 0;
  const char *end = word.data() + word.size();
  std::from_chars_result result = std::from_chars(word.data(), end, value);
  if (word.empty() || result.ec != std::errc() || result.ptr != end)
    return std::nullopt;
  return value;
}

/// Numbers above 0 from words[at] on, `count` of them.
bool readNumbers(const std::vector<std::string_view> &words, size_t at,
                 size_t count, std::vector<double> &numbers) {
  for (size_t i = at; i < at + count; ++i) {
    std::optional<double> value;
    if (i < words.size())
      value = read<double>(words[i]);
    if (!value || !std::isfinite(*value) || *value <= 0)
      return false;
    numbers.push_back(*value);
  }
  return true;
}

/// "rotary P W BASE [linear F] [llama3 F LOW HIGH N]"
std::optional<RecipeStep>
parseTable(const std::vector<std::string_view> &words) {
  RecipeStep step{words[0] == tables[0] ? Kind::Rotary : Kind::Sinusoid, {}};
  for (size_t i : {1, 2}) {
    std::optional<int64_t> extent;
    if (i < words.size())
      extent = read<int64_t>(words[i]);
    if (!extent || *extent < 1 || *extent > INT64_C(1) << 31)
      return std::nullopt;
    step.arguments.push_back(*extent);
  }
  size_t at = 4;
  if (step.arguments[1] % 2 != 0 || !readNumbers(words, 3, 1, step.numbers))
    return std::nullopt;
  bool isLinear = at < words.size() && words[at] == "linear";
  if (!isLinear)
    step.numbers.push_back(1);
  else if (!readNumbers(words, at + 1, 1, step.numbers))
    return std::nullopt;
  at += isLinear ? 2 : 0;
  bool isLlama3 = at < words.size() && words[at] == "llama3";
  if (isLlama3 && (!readNumbers(words, at + 1, 4, step.numbers) ||
                   step.numbers[3] >= step.numbers[4]))
    return std::nullopt;
  at += isLlama3 ? 5 : 0;
  if (at != words.size())
    return std::nullopt;
  return step;
}

/// The text of a table's numbers.
std::string tableText(const std::vector<double> &numbers) {
  std::string text;
  char word[32];
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (i == 1 && numbers[i] == 1)
      continue;
    std::snprintf(word, sizeof(word), "%.17g", numbers[i]);
    text += (i == 1 ? " linear " : i == 2 ? " llama3 " : " ");
    text += word;
  }
  return text;
}
} // namespace

std::string RecipeStep::str() const {
  std::string text(generates() ? tables[kind == Kind::Sinusoid] : "");
  for (const StepForm &form : forms)
    if (form.kind == kind)
      text = form.name;
  for (int64_t argument : arguments)
    text += " " + std::to_string(argument);
  return text + tableText(numbers);
}

std::string_view heddle::host::recipeForms() {
  return "'concat AXIS', 'transpose', 'pack N', 'group G', 'int8', 'scales', "
         "'offsets', 'bf16', "
         "'pad AXIS EXTENT', "
         "'reshape EXTENT...', 'rotary ROWS WIDTH BASE ...', "
         "'sinusoid ROWS WIDTH BASE ...'";
}

std::optional<RecipeStep> heddle::host::parseRecipeStep(std::string_view text) {
  std::vector<std::string_view> words = splitWords(text);
  if (words[0] == tables[0] || words[0] == tables[1])
    return parseTable(words);
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
  case Kind::Rotary:
  case Kind::Sinusoid:
    break; // handled by the caller
  case Kind::Bf16:
    break; // the extents stay
  case Kind::Int8:
    if (extents.size() != 2)
      return fail("a matrix");
    break;
  case Kind::Scales:
  case Kind::Offsets:
    if (extents.size() != 2)
      return fail("a matrix");
    return Extents{extents[1]};
  case Kind::Group:
    if (extents.size() != 3)
      return fail("panels of a matrix");
    return Extents{extents[0], (extents[1] + args[0] - 1) / args[0], extents[2],
                   args[0]};
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
  if (step.generates() && tensors.empty())
    return step.arguments;
  if (step.generates() || tensors.empty()) {
    problem = "'" + step.str() + "' " +
              (tensors.empty() ? "needs a tensor" : "takes no tensor");
    return std::nullopt;
  }
  if (step.kind == Kind::Concat)
    return concat(step.arguments[0], tensors, problem);
  return single(step, tensors[0], problem);
}
