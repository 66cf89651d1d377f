// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Catches what Halide throws and collects what it warns of.

#include "compiler/translate/Guard.h"

#include "Halide.h"

#include <exception>
#include <string>
#include <vector>

using namespace mlir;

namespace heddle::translate {

namespace {

/// Keeps warnings; throws errors, which is what Halide asks of a reporter.
struct Reporter final : Halide::CompileTimeErrorReporter {
  std::vector<std::string> warnings;

  void warning(const char *message) override { warnings.emplace_back(message); }
  [[noreturn]] void error(const char *message) override {
    throw Halide::CompileError(message);
  }
};

Reporter reporter;

/// Warnings that say nothing about the kernel. Keep the list short, and the
/// reason with each.
constexpr const char *harmlessWarnings[] = {
    // says slow, not wrong; targets without f16 or bf16 have conversions too
    "(b)float16 type operation is emulated",
};

bool isHarmless(llvm::StringRef warning) {
  for (const char *part : harmlessWarnings)
    if (warning.contains(part))
      return true;
  return false;
}

/// Halide's text as one line, without its prefix and final full stop.
std::string worded(llvm::StringRef message) {
  for (llvm::StringRef prefix : {"Error: ", "Warning: "})
    message.consume_front(prefix);
  std::string line;
  for (char c : message.trim())
    if (c != '\n')
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  while (!line.empty() && (line.back() == '.' || line.back() == ' '))
    line.pop_back();
  return line;
}

} // namespace

Guard::Guard(Operation *op) : current(op) {
  reporter.warnings.clear();
  Halide::set_custom_compile_time_error_reporter(&reporter);
}

Guard::~Guard() { Halide::set_custom_compile_time_error_reporter(nullptr); }

LogicalResult Guard::run(llvm::function_ref<void()> work) {
  LogicalResult result = success();
  try {
    work();
  } catch (const Halide::Error &error) {
    result = current->emitError("halide: ") << worded(error.what());
  } catch (const std::exception &error) {
    result = current->emitError("halide failed: ") << worded(error.what());
  }
  for (const std::string &warning : reporter.warnings)
    if (!isHarmless(warning))
      result = current->emitError("halide warns: ") << worded(warning);
  reporter.warnings.clear();
  return result;
}

} // namespace heddle::translate
