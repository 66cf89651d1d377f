// The C interface with owners and spans: header only, C++17, no exceptions.
// What can fail returns a heddle::Status, which carries the sentence.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_HPP
#define HEDDLE_RUNTIME_HPP

#include "heddle/runtime.h"

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace heddle {

/// HEDDLE_OK, or what went wrong and the sentence that says so.
struct [[nodiscard]] Status {
  heddle_status code = HEDDLE_OK;
  heddle_error error{};

  explicit operator bool() const { return code == HEDDLE_OK; }
  const char *message() const { return error.message; }
};

/// Element type to its C++ type: DTypeOf<float>.
template <typename T> struct DTypeOfImpl;
template <> struct DTypeOfImpl<float> {
  static constexpr heddle_dtype value = HEDDLE_F32;
};
template <> struct DTypeOfImpl<double> {
  static constexpr heddle_dtype value = HEDDLE_F64;
};
template <> struct DTypeOfImpl<int8_t> {
  static constexpr heddle_dtype value = HEDDLE_I8;
};
template <> struct DTypeOfImpl<uint8_t> {
  static constexpr heddle_dtype value = HEDDLE_U8;
};
template <> struct DTypeOfImpl<int16_t> {
  static constexpr heddle_dtype value = HEDDLE_I16;
};
template <> struct DTypeOfImpl<int32_t> {
  static constexpr heddle_dtype value = HEDDLE_I32;
};
template <> struct DTypeOfImpl<int64_t> {
  static constexpr heddle_dtype value = HEDDLE_I64;
};
template <> struct DTypeOfImpl<bool> {
  static constexpr heddle_dtype value = HEDDLE_BOOL;
};
template <typename T>
inline constexpr heddle_dtype DTypeOf = DTypeOfImpl<T>::value;

/// A dense tensor of the caller's memory; `shape` has at most HEDDLE_MAX_RANK
/// extents, outermost first (more are cut, and the run refuses the rank).
template <typename T>
heddle_tensor tensor(T *data, const std::vector<int64_t> &shape) {
  heddle_tensor result{};
  result.data = const_cast<std::remove_const_t<T> *>(data);
  result.dtype = DTypeOf<std::remove_const_t<T>>;
  result.rank = uint32_t(shape.size());
  for (size_t axis = 0; axis < shape.size() && axis < HEDDLE_MAX_RANK; ++axis)
    result.extents[axis] = shape[axis];
  return result;
}

/// Owns a module; may be shared by threads.
class Module {
public:
  /// Loads an artefact, which runs the code inside it.
  Status load(const std::string &path) {
    Status status;
    heddle_module *fresh = nullptr;
    status.code = heddle_module_load(path.c_str(), &fresh, &status.error);
    handle.reset(fresh);
    return status;
  }

  /// One run with all threads and the best variant.
  Status run(const std::vector<heddle_tensor> &inputs,
             std::vector<heddle_tensor> &outputs, uint32_t entry = 0) const {
    Status status;
    status.code =
        heddle_module_run(handle.get(), entry, inputs.data(), inputs.size(),
                          outputs.data(), outputs.size(), &status.error);
    return status;
  }

  /// Type and shape of the outputs for these inputs; `data` stays NULL.
  Status outputShapes(const std::vector<heddle_tensor> &inputs,
                      std::vector<heddle_tensor> &outputs,
                      uint32_t entry = 0) const {
    Status status;
    outputs.resize(heddle_module_num_outputs(handle.get(), entry));
    status.code = heddle_module_output_shapes(
        handle.get(), entry, inputs.data(), inputs.size(), outputs.data(),
        outputs.size(), &status.error);
    return status;
  }

  /// For every call of the C interface; NULL before load.
  heddle_module *get() const { return handle.get(); }

private:
  struct Free {
    void operator()(heddle_module *module) const { heddle_module_free(module); }
  };
  std::unique_ptr<heddle_module, Free> handle;
};

/// Owns a session; used by one thread at a time. Its module must outlive it.
class Session {
public:
  /// See heddle_session_create; an empty variant takes the best.
  Status create(const Module &module, uint32_t threads = HEDDLE_THREADS_ALL,
                const std::string &variant = {}) {
    heddle_session_options options = HEDDLE_SESSION_OPTIONS_INIT;
    options.threads = threads;
    options.variant = variant.empty() ? nullptr : variant.c_str();
    Status status;
    heddle_session *fresh = nullptr;
    status.code =
        heddle_session_create(module.get(), &options, &fresh, &status.error);
    handle.reset(fresh);
    return status;
  }

  Status run(const std::vector<heddle_tensor> &inputs,
             std::vector<heddle_tensor> &outputs, uint32_t entry = 0,
             const heddle_run_options *options = nullptr) {
    Status status;
    status.code = heddle_session_run(handle.get(), entry, inputs.data(),
                                     inputs.size(), outputs.data(),
                                     outputs.size(), options, &status.error);
    return status;
  }

  heddle_session *get() const { return handle.get(); }

private:
  struct Free {
    void operator()(heddle_session *session) const {
      heddle_session_free(session);
    }
  };
  std::unique_ptr<heddle_session, Free> handle;
};

} // namespace heddle

#endif // HEDDLE_RUNTIME_HPP
