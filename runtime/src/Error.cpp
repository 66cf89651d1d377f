// Statuses and their texts.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Error.h"

#include <cstring>

namespace heddle::runtime {

void writeError(std::string_view text, heddle_error *error) {
  if (!error)
    return;
  constexpr size_t room = sizeof(error->message) - 1;
  if (text.size() <= room) {
    std::memcpy(error->message, text.data(), text.size());
    error->message[text.size()] = 0;
    return;
  }
  std::memcpy(error->message, text.data(), room - 3);
  std::memcpy(error->message + room - 3, "...", 4);
}

heddle_status deliver(const Outcome &outcome, heddle_error *error) {
  writeError(outcome.text, error);
  return outcome.status;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (char c : text)
    result += static_cast<unsigned char>(c) < 32 || c == 127 ? '?' : c;
  return result + "\"";
}

} // namespace heddle::runtime

const char *heddle_version(void) { return "0.1.0"; }

const char *heddle_status_name(heddle_status status) {
  switch (status) {
  case HEDDLE_OK:
    return "HEDDLE_OK";
  case HEDDLE_INVALID_ARGUMENT:
    return "HEDDLE_INVALID_ARGUMENT";
  case HEDDLE_SHAPE_MISMATCH:
    return "HEDDLE_SHAPE_MISMATCH";
  case HEDDLE_OUT_OF_RANGE:
    return "HEDDLE_OUT_OF_RANGE";
  case HEDDLE_NOT_FOUND:
    return "HEDDLE_NOT_FOUND";
  case HEDDLE_BAD_ARTIFACT:
    return "HEDDLE_BAD_ARTIFACT";
  case HEDDLE_UNSUPPORTED:
    return "HEDDLE_UNSUPPORTED";
  case HEDDLE_IO_ERROR:
    return "HEDDLE_IO_ERROR";
  case HEDDLE_OUT_OF_MEMORY:
    return "HEDDLE_OUT_OF_MEMORY";
  case HEDDLE_KERNEL_FAILED:
    return "HEDDLE_KERNEL_FAILED";
  case HEDDLE_STOPPED:
    return "HEDDLE_STOPPED";
  case HEDDLE_INTERNAL:
    return "HEDDLE_INTERNAL";
  }
  return "?";
}

size_t heddle_dtype_bytes(heddle_dtype dtype) {
  switch (dtype) {
  case HEDDLE_I8:
  case HEDDLE_U8:
  case HEDDLE_BOOL:
    return 1;
  case HEDDLE_F16:
  case HEDDLE_BF16:
  case HEDDLE_I16:
    return 2;
  case HEDDLE_F32:
  case HEDDLE_I32:
    return 4;
  case HEDDLE_F64:
  case HEDDLE_I64:
    return 8;
  default:
    return 0;
  }
}

const char *heddle_dtype_name(heddle_dtype dtype) {
  static const char *const names[] = {"?",  "f32", "f64", "f16", "bf16", "i8",
                                      "u8", "i16", "i32", "i64", "bool"};
  return dtype <= HEDDLE_BOOL ? names[dtype] : names[0];
}
