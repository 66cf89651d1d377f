// A value or a worded error: how runtime/io reports failure. No exception
// leaves this folder.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_IO_RESULT_H
#define HEDDLE_RUNTIME_IO_RESULT_H

#include <string>
#include <utility>
#include <variant>

namespace heddle::io {

/// What went wrong, as one sentence without a final full stop.
struct Error {
  std::string message;
};

/// Holds a T or an Error. Test with `if (!result)` before reading.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : state(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state.index() == 0; }
  T &operator*() { return *std::get_if<0>(&state); }
  const T &operator*() const { return *std::get_if<0>(&state); }
  T *operator->() { return std::get_if<0>(&state); }
  const T *operator->() const { return std::get_if<0>(&state); }
  /// The error's text; only where the result holds one.
  const std::string &error() const { return std::get_if<1>(&state)->message; }

private:
  std::variant<T, Error> state;
};

/// The result of something that has no value.
struct Done {};
using Status = Result<Done>;

} // namespace heddle::io

#endif // HEDDLE_RUNTIME_IO_RESULT_H
