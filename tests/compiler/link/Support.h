// A small host program with kernels in C, and folders that tidy themselves.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_COMPILER_LINK_SUPPORT_H
#define HEDDLE_TESTS_COMPILER_LINK_SUPPORT_H

#include "compiler/link/ArtifactWriter.h"
#include "compiler/link/Link.h"
#include <optional>
#include <string>
#include <vector>

namespace heddle::test {

/// A new folder under $TMPDIR, removed with everything in it.
class Folder {
public:
  Folder();
  ~Folder();
  std::string operator/(const std::string &name) const;
  std::vector<std::string> files() const;
  const std::string path;
};

std::string readText(const std::string &path);
void writeText(const std::string &path, const std::string &text);

/// The program of Support.cpp as objects, in link order, or its parts.
struct Tiny {
  std::vector<link::ObjectFile> objects;
  std::string code, metadata;
  uint64_t weightsSize = 0;
};
/// Lowers and links the tiny program; fails the test when it cannot.
Tiny makeTiny();
/// Only the objects: host first.
std::vector<link::ObjectFile> tinyObjects();

/// Weights w[n][k] = value + n - k, packed as the program says.
llvm::Error writeTinyWeights(link::WeightsSink &sink, float value);
/// An artefact of the tiny program under `path`.
llvm::Expected<link::ArtifactInfo>
writeTiny(const Tiny &tiny, const std::string &path, float value);

/// In a child process that WriterTest starts: writes artefacts over and over.
std::optional<int> runWriterJob(int argc, char **argv);
/// The private argument of that child.
extern const char *const writerJob;

} // namespace heddle::test

#endif // HEDDLE_TESTS_COMPILER_LINK_SUPPORT_H
