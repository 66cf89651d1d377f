// What the verbs share.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/Loaded.h"

#include "runtime/tools/InspectText.h"
#include "runtime/tools/Verbs.h"

#include <charconv>
#include <cstdio>
#include <sstream>

namespace heddle::tools {

int printError(const std::string &text) {
  std::fprintf(stderr, "error: %s\n", text.c_str());
  return ExitInput;
}

int printStatus(heddle_status status, const heddle_error &error) {
  printError(error.message);
  if (status != HEDDLE_INTERNAL && status != HEDDLE_KERNEL_FAILED)
    return ExitInput;
  std::fprintf(stderr,
               "this is a bug of heddle's: please report it with the model, "
               "the command line, version %s and the message above\n",
               heddle_version());
  return ExitBug;
}

bool isThreadCount(uint32_t threads) {
  if (threads >= 1 && threads <= HEDDLE_MAX_THREADS)
    return true;
  printError("threads is " + std::to_string(threads) + ", outside 1.." +
             std::to_string(HEDDLE_MAX_THREADS));
  return false;
}

std::string tensorText(const heddle_tensor &tensor) {
  std::vector<int64_t> shape(tensor.extents, tensor.extents + tensor.rank);
  return io::shapeText(shape) + " " + heddle_dtype_name(tensor.dtype);
}

size_t bytesOf(const heddle_tensor &tensor) {
  size_t bytes = heddle_dtype_bytes(tensor.dtype);
  for (uint32_t axis = 0; axis < tensor.rank; ++axis)
    bytes *= size_t(tensor.extents[axis]);
  return bytes;
}

heddle_tensor viewOf(io::Tensor &tensor) {
  heddle_tensor view{};
  view.data = tensor.bytes.data();
  view.dtype = heddle_dtype(tensor.dtype);
  view.rank = uint32_t(tensor.shape.size());
  for (size_t axis = 0; axis < tensor.shape.size(); ++axis)
    if (axis < HEDDLE_MAX_RANK)
      view.extents[axis] = tensor.shape[axis];
  return view;
}

std::string parseDims(const heddle_module *module, const std::string &text,
                      std::vector<std::vector<int64_t>> &values) {
  std::vector<heddle_dim_info> dims(heddle_module_num_dims(module));
  std::vector<std::string> names;
  for (uint32_t i = 0; i < dims.size(); ++i) {
    heddle_module_dim(module, i, &dims[i]);
    names.push_back(dims[i].name);
  }
  values.assign(dims.size(), {});
  std::istringstream stream(text);
  size_t current = dims.size();
  for (std::string item; std::getline(stream, item, ',');) {
    size_t equals = item.find('=');
    if (equals != std::string::npos) {
      std::string name = item.substr(0, equals);
      for (current = 0; current < names.size(); ++current)
        if (names[current] == name)
          break;
      if (current == names.size())
        return "no dim \"" + name + "\"; there is " + quotedList(names);
      if (!values[current].empty())
        return "dim \"" + name + "\" is given twice";
      item = item.substr(equals + 1);
    }
    int64_t value = 0;
    auto [end, error] =
        std::from_chars(item.data(), item.data() + item.size(), value);
    if (current == dims.size() || error != std::errc() ||
        end != item.data() + item.size())
      return "\"" + item +
             "\" in --dims is no number after a dim, as in "
             "batch=1,seq=16,128";
    const heddle_dim_info &dim = dims[current];
    if (value < dim.min || value > dim.max)
      return std::string(dim.name) + " is " + std::to_string(value) +
             ", outside " + std::to_string(dim.min) + ".." +
             std::to_string(dim.max);
    values[current].push_back(value);
  }
  for (size_t i = 0; i < dims.size(); ++i)
    if (values[i].empty())
      return std::string("dim \"") + dims[i].name + "\" is not given: --dims " +
             dims[i].name + "=" + std::to_string(dims[i].min) + ".." +
             std::to_string(dims[i].max);
  return {};
}

} // namespace heddle::tools
