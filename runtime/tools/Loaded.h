// What the verbs share: a loaded module, tensors by name, dims by name.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_TOOLS_LOADED_H
#define HEDDLE_RUNTIME_TOOLS_LOADED_H

#include "heddle/runtime.h"
#include "runtime/io/Types.h"

#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace heddle::tools {

struct ModuleDeleter {
  void operator()(heddle_module *module) const { heddle_module_free(module); }
};
struct SessionDeleter {
  void operator()(heddle_session *session) const {
    heddle_session_free(session);
  }
};
using ModulePtr = std::unique_ptr<heddle_module, ModuleDeleter>;
using SessionPtr = std::unique_ptr<heddle_session, SessionDeleter>;

/// Memory as a kernel likes it: whole vectors lie in one cache line each.
template <typename T> struct LineAllocator {
  using value_type = T;
  static constexpr size_t line = 64;

  LineAllocator() = default;
  template <typename U> LineAllocator(const LineAllocator<U> &) {}

  T *allocate(size_t count) {
    size_t bytes = (count * sizeof(T) + line - 1) / line * line;
    if (void *memory = std::aligned_alloc(line, bytes))
      return static_cast<T *>(memory);
    throw std::bad_alloc();
  }
  void deallocate(T *memory, size_t) { std::free(memory); }
  bool operator==(const LineAllocator &) const { return true; }
  bool operator!=(const LineAllocator &) const { return false; }
};
using LineBytes = std::vector<uint8_t, LineAllocator<uint8_t>>;

/// Prints "error: text" to standard error and returns ExitInput.
int printError(const std::string &text);

/// The same for a status of the runtime; our own bugs return ExitBug and say
/// what to report.
int printStatus(heddle_status status, const heddle_error &error);

/// Whether a run may take so many threads; prints an error if not.
bool isThreadCount(uint32_t threads);

/// "2x16xi32" with commas: "[2, 16] i32".
std::string tensorText(const heddle_tensor &tensor);

/// How many bytes the tensor's elements take.
size_t bytesOf(const heddle_tensor &tensor);

/// The heddle_tensor of a file's tensor; points into it.
heddle_tensor viewOf(io::Tensor &tensor);

/// Reads "batch=1,2,seq=16": for each dim of the module its values, in
/// metadata order. Returns an error's text for an unknown, doubled or missing
/// dim and for a value that is no number or out of range.
std::string parseDims(const heddle_module *module, const std::string &text,
                      std::vector<std::vector<int64_t>> &values);

} // namespace heddle::tools

#endif // HEDDLE_RUNTIME_TOOLS_LOADED_H
