// Turns CLI11's outcome into heddle's exit codes.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/Verbs.h"

#include <CLI/CLI.hpp>

int heddle::tools::runApp(CLI::App &app, int argc, char **argv,
                          const int &code) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success &success) { // --help, --version
    return app.exit(success);
  } catch (const CLI::ParseError &error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    std::fprintf(stderr, "run with --help for what can be given\n");
    return ExitUsage;
  } catch (const std::bad_alloc &) {
    std::fprintf(stderr, "error: out of memory\n");
    return ExitInput;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "error: %s\nthis is a bug of heddle's\n",
                 error.what());
    return ExitBug;
  }
  return code;
}
