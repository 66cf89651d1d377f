// See SessionArguments.h.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/SessionArguments.h"

#include "runtime/tools/Verbs.h"

#include <CLI/CLI.hpp>
#include <charconv>

namespace heddle::tools {

/// What `text` asks for; false where it is neither a word nor a number.
static bool readSlice(const std::string &text, uint32_t &slice) {
  slice = text == "whole" ? HEDDLE_SLICE_WHOLE : HEDDLE_SLICE_AUTO;
  if (text == "whole" || text == "auto")
    return true;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), slice);
  return error == std::errc() && end == text.data() + text.size() && slice > 0;
}

void addSessionOptions(CLI::App &verb, SessionArguments &arguments) {
  verb.add_option("artefact", arguments.artifact, "The compiled model")
      ->required()
      ->type_name("OUT.so");
  verb.add_option("--entry", arguments.entry, "The entry point (default: main)")
      ->type_name("NAME");
  verb.add_option("--isa", arguments.isa,
                  "Force a variant, e.g. avx2 (default: the best that runs)")
      ->type_name("NAME");
  verb.add_option("--slice", arguments.slice,
                  "How much of a batch is computed at a time where the model "
                  "allows it: auto goes by the caches; whole; or a number")
      ->capture_default_str()
      ->type_name("N");
}

int openSession(const SessionArguments &arguments, uint32_t threads,
                OpenedSession &opened) {
  heddle_error error{};
  heddle_session_options options = HEDDLE_SESSION_OPTIONS_INIT;
  if (!readSlice(arguments.slice, options.slice))
    return printError("--slice is \"" + arguments.slice +
                      "\", expected auto, whole or a number from 1");
  heddle_module *module = nullptr;
  heddle_status status =
      heddle_module_load(arguments.artifact.c_str(), &module, &error);
  opened.module.reset(module);
  options.threads = threads;
  options.variant = arguments.isa.empty() ? nullptr : arguments.isa.c_str();
  heddle_session *session = nullptr;
  if (status == HEDDLE_OK)
    status = heddle_session_create(module, &options, &session, &error);
  opened.session.reset(session);
  const char *entry =
      arguments.entry.empty() ? nullptr : arguments.entry.c_str();
  if (status == HEDDLE_OK)
    status = heddle_module_find_entry(module, entry, &opened.entry, &error);
  return status == HEDDLE_OK ? int(ExitDone) : printStatus(status, error);
}

} // namespace heddle::tools
