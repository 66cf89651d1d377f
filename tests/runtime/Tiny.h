// The test artefact: y = w[tokens] + x and its sums over seq; and an entry
// that tells which variant runs.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_RUNTIME_TINY_H
#define HEDDLE_TESTS_RUNTIME_TINY_H

#include "heddle/runtime.h"
#include "tests/support/ArtifactBuilder.h"

#include <memory>

namespace heddle::test {

/// dims batch 1..4, seq 1..8; main(tokens i32[batch, seq] in 0..9,
/// x f32[batch, seq]) -> y f32[batch, seq], total f32[batch];
/// which() -> which i32[1]. Variants never, native, plain.
ArtifactSpec tinySpec();

/// w[i] = i / 4.
Bytes tinyWeights();

/// The compiled tiny.c.
Bytes tinyCode();

/// The whole file.
Bytes tinyFile(const ArtifactSpec &spec = tinySpec());

/// A file in the test's temporary folder, removed at the end of a scope.
class TemporaryFile {
public:
  explicit TemporaryFile(const Bytes &bytes);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;
  std::string path;
};

/// Loads bytes as a module; on failure `error` and `status` say why. The
/// file's path in messages reads FILE.
struct Loaded {
  explicit Loaded(const Bytes &bytes);
  ~Loaded() { heddle_module_free(module); }
  heddle_module *module = nullptr;
  heddle_status status = HEDDLE_OK;
  std::string error;
};

/// The tiny module, loaded once.
heddle_module *tinyModule();

/// Inputs and outputs of main at batch x seq, with room and values.
struct TinyCall {
  TinyCall(int64_t batch, int64_t seq);
  heddle_status run(heddle_session *session,
                    const heddle_run_options *options = nullptr);
  /// Whether the outputs still hold what they were filled with.
  bool outputsUntouched() const;
  /// Whether the outputs are what main computes.
  bool outputsRight() const;

  std::vector<int32_t> tokens;
  std::vector<float> x, y, total;
  heddle_tensor inputs[2], outputs[2];
  heddle_error error{};
};

/// A session of the tiny module that frees itself.
struct TinySession {
  explicit TinySession(uint32_t threads = 2, const char *variant = nullptr);
  ~TinySession() { heddle_session_free(session); }
  heddle_session *session = nullptr;
  heddle_status status;
  heddle_error error{};
};

} // namespace heddle::test

#endif // HEDDLE_TESTS_RUNTIME_TINY_H
