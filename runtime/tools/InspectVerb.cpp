// `inspect`: prints what an artefact holds.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/Inspect.h"
#include "runtime/tools/Loaded.h"
#include "runtime/tools/Verbs.h"

#include <CLI/CLI.hpp>
#include <charconv>

namespace heddle::tools {
namespace {

struct InspectArguments {
  std::string artifact;
  std::vector<std::string> dims;
  InspectOptions options;
};

bool endsIn(const std::string &path, const std::string &end) {
  return path.size() >= end.size() &&
         path.compare(path.size() - end.size(), end.size(), end) == 0;
}

int inspect(InspectArguments &arguments, const ModelInspector &models) {
  bool isText = models.inspect && endsIn(arguments.artifact, ".heddle");
  if (isText && arguments.options.blocks)
    return printError("--blocks tells of a compiled model: give the file that "
                      "heddle compile writes");
  if (models.inspect)
    if (std::optional<int> code =
            models.inspect(arguments.artifact, arguments.options.json))
      return *code;
  for (const std::string &item : arguments.dims) {
    size_t equals = item.find('=');
    int64_t value = 0;
    const char *end = item.data() + item.size();
    if (equals == std::string::npos ||
        std::from_chars(item.data() + equals + 1, end, value).ptr != end)
      return printError("\"" + item + "\" in --dims is not as in batch=1");
    arguments.options.dims[item.substr(0, equals)] = value;
  }
  std::string report;
  std::string error =
      inspectArtifact(arguments.artifact, arguments.options, report);
  if (!error.empty())
    return printError(error);
  std::fwrite(report.data(), 1, report.size(), stdout);
  return ExitDone;
}

} // namespace

void addInspectVerb(CLI::App &app, int &code, const ModelInspector &models) {
  auto arguments = std::make_shared<InspectArguments>();
  CLI::App *verb = app.add_subcommand(
      "inspect", "Print what a compiled model holds, without running it");
  verb->add_option("artefact", arguments->artifact,
                   models.inspect
                       ? "The compiled model, or a text to be compiled"
                       : "The compiled model")
      ->required()
      ->type_name(models.inspect ? "OUT.so|MODEL.heddle" : "OUT.so");
  verb->add_flag("--json", arguments->options.json, "Print JSON");
  verb->add_flag("--check", arguments->options.check,
                 "Check every byte against the file's hashes");
  verb->add_flag("--schedules", arguments->options.schedules,
                 "Print each kernel's schedule");
  verb->add_flag("--blocks", arguments->options.blocks,
                 "Print which tiles of keys each attention computes, asks its "
                 "mask in and skips");
  verb->add_option("--dims", arguments->dims,
                   "Where to tell memory and work, e.g. batch=1,seq=128 "
                   "(default: the smallest and the largest; the largest for "
                   "--blocks)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAME=N,...");
  if (models.addOptions)
    models.addOptions(*verb);
  verb->callback(
      [arguments, models, &code] { code = inspect(*arguments, models); });
}

} // namespace heddle::tools
