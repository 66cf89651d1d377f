// See Tiny.h.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/runtime/Tiny.h"

#include <cstring>
#include <unistd.h>

namespace heddle::test {
namespace {

constexpr float untouched = -77.0f;

heddle_tensor matrix(void *data, heddle_dtype dtype, int64_t rows,
                     int64_t columns) {
  return {data, dtype, 2, {rows, columns}, {}, HEDDLE_SPACE_HOST};
}

} // namespace

ArtifactSpec tinySpec() {
  Expr batch = dim(0), seq = dim(1), four = constant(4);
  Expr rows = align(batch * seq * four, 64), column = align(batch * four, 64);
  ArtifactSpec spec;
  spec.model = "Tiny";
  spec.buildId = 0x71e57;
  spec.dims = {{"batch", 1, 4}, {"seq", 1, 8}};
  BufferSpec tokens{"tokens",     HEDDLE_BUFFER_INPUT, HEDDLE_I32,
                    {batch, seq}, batch * seq * four,  {}};
  tokens.hasRange = 1;
  tokens.high = 9;
  spec.buffers = {
      tokens,
      {"x",
       HEDDLE_BUFFER_INPUT,
       HEDDLE_F32,
       {batch, seq},
       batch * seq * four,
       {}},
      {"w",
       HEDDLE_BUFFER_WEIGHT,
       HEDDLE_F32,
       {constant(10)},
       constant(40),
       constant(64)},
      {"",
       HEDDLE_BUFFER_SLOT,
       HEDDLE_F32,
       {batch, seq},
       batch * seq * four,
       constant(0)},
      {"y",
       HEDDLE_BUFFER_OUTPUT,
       HEDDLE_F32,
       {batch, seq},
       batch * seq * four,
       rows},
      {"total",
       HEDDLE_BUFFER_OUTPUT,
       HEDDLE_F32,
       {batch},
       batch * four,
       rows + rows},
      {"which",
       HEDDLE_BUFFER_OUTPUT,
       HEDDLE_I32,
       {constant(1)},
       constant(4),
       constant(0)},
  };
  spec.kernels = {{"k0", "gather", "split 8\n"},
                  {"k1", "elementwise", ""},
                  {"k2", "reduction", ""}};
  spec.variants = {{"never", "x86-64-linux-never", {"sse2", "warp_drive"}},
                   {"native", "x86-64-linux", {"sse2"}},
                   {"plain", "x86-64-linux", {}}};
  spec.entries = {
      {"main",
       {0, 1},
       {4, 5},
       {{0, {0, 2}, {3}, {11}, {}, "tiny.heddle:3:7"},
        {1, {3, 1}, {4}, {12}, constant(2) * batch * seq, "tiny.heddle:4:7"},
        {2, {4}, {5}, {13}, {}, "tiny.heddle:5:7"}},
       rows + rows + column,
       align(seq * four, 64) + constant(100032)},
      {"which", {}, {6}, {{0, {}, {6}, {}, {}, ""}}, constant(64), {}},
  };
  spec.notes = {{"compiler", "by hand"}};
  spec.graph = "graph bytes";
  return spec;
}

Bytes tinyWeights() {
  std::vector<float> w(26); // w starts at byte 64
  for (int i = 0; i < 10; ++i)
    w[size_t(16 + i)] = float(i) / 4;
  Bytes bytes(w.size() * sizeof(float));
  std::memcpy(bytes.data(), w.data(), bytes.size());
  return bytes;
}

Bytes tinyCode() { return readBytes(HEDDLE_TINY_CODE); }

Bytes tinyFile(const ArtifactSpec &spec) {
  return buildArtifact(tinyCode(), buildMetadata(spec), tinyWeights());
}

TemporaryFile::TemporaryFile(const Bytes &bytes) {
  char name[] = "/tmp/heddle-test-XXXXXX";
  int fd = ::mkstemp(name);
  ::close(fd);
  path = name;
  writeBytes(path, bytes);
}

TemporaryFile::~TemporaryFile() { ::unlink(path.c_str()); }

Loaded::Loaded(const Bytes &bytes) {
  TemporaryFile file(bytes);
  heddle_error text{};
  status = heddle_module_load(file.path.c_str(), &module, &text);
  error = text.message;
  if (error.compare(0, file.path.size(), file.path) == 0)
    error.replace(0, file.path.size(), "FILE");
}

heddle_module *tinyModule() {
  static Loaded tiny(tinyFile());
  return tiny.module;
}

TinyCall::TinyCall(int64_t batch, int64_t seq)
    : tokens(size_t(batch * seq)), x(tokens.size()),
      y(tokens.size(), untouched), total(size_t(batch), untouched) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    tokens[i] = int32_t(i * 7 % 10);
    x[i] = float(i) * 0.5f;
  }
  inputs[0] = matrix(tokens.data(), HEDDLE_I32, batch, seq);
  inputs[1] = matrix(x.data(), HEDDLE_F32, batch, seq);
  outputs[0] = matrix(y.data(), HEDDLE_F32, batch, seq);
  outputs[1] = {total.data(), HEDDLE_F32, 1, {batch}, {}, HEDDLE_SPACE_HOST};
}

heddle_status TinyCall::run(heddle_session *session,
                            const heddle_run_options *options) {
  return heddle_session_run(session, 0, inputs, 2, outputs, 2, options, &error);
}

bool TinyCall::outputsUntouched() const {
  for (float value : y)
    if (value != untouched)
      return false;
  for (float value : total)
    if (value != untouched)
      return false;
  return true;
}

bool TinyCall::outputsRight() const {
  size_t seq = y.size() / total.size();
  for (size_t row = 0; row < total.size(); ++row) {
    float sum = 0;
    for (size_t i = row * seq; i < (row + 1) * seq; ++i) {
      if (y[i] != float(tokens[i]) / 4 + x[i])
        return false;
      sum += y[i];
    }
    if (total[row] != sum)
      return false;
  }
  return true;
}

TinySession::TinySession(uint32_t threads, const char *variant) {
  heddle_session_options options = HEDDLE_SESSION_OPTIONS_INIT;
  options.threads = threads;
  options.variant = variant;
  status = heddle_session_create(tinyModule(), &options, &session, &error);
}

} // namespace heddle::test
