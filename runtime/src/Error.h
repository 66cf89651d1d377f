// How the runtime's insides report failure: a status and its sentence.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_ERROR_H
#define HEDDLE_RUNTIME_SRC_ERROR_H

#include "heddle/runtime.h"

#include <exception>
#include <new>
#include <string>
#include <string_view>

namespace heddle::runtime {

/// HEDDLE_OK, or a failure in words. An OK outcome allocates nothing.
struct [[nodiscard]] Outcome {
  heddle_status status = HEDDLE_OK;
  std::string text;

  explicit operator bool() const { return status == HEDDLE_OK; }
};

inline Outcome success() { return {}; }
inline Outcome failure(heddle_status status, std::string text) {
  return {status, std::move(text)};
}

/// Copies an outcome to the C side; `error` may be NULL.
heddle_status deliver(const Outcome &outcome, heddle_error *error);

/// Writes `text` to `error`, cut with "..." where it is too long.
void writeError(std::string_view text, heddle_error *error);

/// "\"name\"", control characters replaced.
std::string quoted(std::string_view text);

/// Runs `body` (returns Outcome) and stops every exception at the C border.
template <typename Body>
heddle_status guarded(heddle_error *error, Body &&body) noexcept {
  try {
    return deliver(body(), error);
  } catch (const std::bad_alloc &) {
    writeError("out of memory", error);
    return HEDDLE_OUT_OF_MEMORY;
  } catch (const std::exception &exception) {
    writeError(exception.what(), error);
    return HEDDLE_INTERNAL;
  } catch (...) {
    writeError("an unknown exception", error);
    return HEDDLE_INTERNAL;
  }
}

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_ERROR_H
