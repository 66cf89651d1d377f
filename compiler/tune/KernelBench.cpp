// A folder of artefacts, and children for all that may go wrong.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/KernelBench.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <unistd.h>

namespace heddle::tune {

KernelBench::KernelBench(pipeline::TunableModel &model, BenchOptions options)
    : model(model), options(std::move(options)) {
  const char *parent = std::getenv("TMPDIR");
  folder = std::string(parent ? parent : "/tmp") + "/heddle-tune-XXXXXX";
  if (!::mkdtemp(folder.data()))
    folder.clear();
}

KernelBench::~KernelBench() {
  std::error_code ignored;
  if (!folder.empty())
    std::filesystem::remove_all(folder, ignored);
}

std::string KernelBench::problem() const {
  return folder.empty()
             ? std::string("cannot make a folder for temporary files: ") +
                   std::strerror(errno)
             : std::string();
}

bool KernelBench::build(size_t kernel,
                        const std::vector<pipeline::Knobs> &points,
                        std::vector<std::string> &files,
                        std::vector<Verdict> &verdicts) {
  for (size_t i = 0; i < points.size(); ++i)
    files.push_back(folder + "/" + std::to_string(made++) + ".so");
  std::vector<pipeline::BuildEnd> ends;
  if (!model.build(kernel, points, options.weights, options.build, files, ends))
    return false;
  for (pipeline::BuildEnd end : ends)
    switch (end) {
    case pipeline::BuildEnd::Done:
      verdicts.push_back({});
      break;
    case pipeline::BuildEnd::Refused:
      verdicts.push_back({Status::Refused, "by the code generator"});
      break;
    case pipeline::BuildEnd::Crashed:
      verdicts.push_back({Status::Crashed, "in the code generator"});
      break;
    case pipeline::BuildEnd::TimedOut:
      verdicts.push_back({Status::TimedOut, "in the code generator"});
      break;
    }
  return true;
}

Verdict KernelBench::check(const std::string &file,
                           const std::vector<DimPoint> &sizes) {
  return runCheck({file, options.weights, options.variant, sizes, options.seed},
                  options.run);
}

Verdict KernelBench::time(const std::string &base, const std::string &candidate,
                          const DimPoint &dims, unsigned pairs,
                          Comparison &result) {
  return runTime(
      {base, candidate, options.variant, dims, pairs, options.threads},
      options.run, result);
}

void KernelBench::drop(const std::string &file) { ::unlink(file.c_str()); }

} // namespace heddle::tune
