// `run`: one call of one entry, tensors from and to files.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/io/TensorFile.h"
#include "runtime/tools/InspectText.h"
#include "runtime/tools/Profile.h"
#include "runtime/tools/SessionArguments.h"
#include "runtime/tools/Verbs.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstring>

namespace heddle::tools {
namespace {

struct RunArguments {
  SessionArguments session;
  std::vector<std::string> inputs, outputs;
  std::optional<uint32_t> threads; ///< default: all CPUs
  uint32_t repeat = 20;
  bool profile = false, each = false, json = false;
};

/// The names of an entry's inputs or outputs.
std::vector<std::string> signatureNames(const heddle_module *module,
                                        uint32_t entry, bool isInput) {
  std::vector<std::string> names;
  heddle_buffer_info info{};
  while ((isInput ? heddle_module_input : heddle_module_output)(
             module, entry, uint32_t(names.size()), &info) == HEDDLE_OK)
    names.push_back(info.name);
  return names;
}

size_t indexOf(const std::vector<std::string> &names, const std::string &name) {
  return size_t(std::find(names.begin(), names.end(), name) - names.begin());
}

/// One run of the verb; each step returns an exit code.
class RunVerb {
public:
  explicit RunVerb(const RunArguments &arguments) : args(arguments) {}

  int execute() {
    for (auto step :
         {&RunVerb::load, &RunVerb::readInputs, &RunVerb::planOutputs,
          &RunVerb::call, &RunVerb::writeOutputs})
      if (int code = (this->*step)())
        return code;
    return ExitDone;
  }

private:
  int load();
  int readInputs();
  int readInput(const std::string &text);
  int takeInput(const std::string &name, io::Tensor tensor);
  int planOutputs();
  int call();
  int writeOutputs();
  void printProfile() const;
  void printSummary(size_t index) const;

  const RunArguments &args;
  OpenedSession opened;
  std::vector<std::string> inputNames, outputNames;
  std::vector<io::Tensor> inputs;
  std::vector<bool> isGiven;
  std::vector<std::vector<uint8_t>> outputBytes;
  std::vector<heddle_tensor> inputViews, outputViews;
  nlohmann::ordered_json report; ///< of a profile
};

int RunVerb::load() {
  if (args.threads && !isThreadCount(*args.threads))
    return ExitInput;
  uint32_t threads = args.threads.value_or(HEDDLE_THREADS_ALL);
  if (int code = openSession(args.session, threads, opened))
    return code;
  inputNames = signatureNames(opened.module.get(), opened.entry, true);
  outputNames = signatureNames(opened.module.get(), opened.entry, false);
  inputs.resize(inputNames.size());
  isGiven.resize(inputNames.size());
  return ExitDone;
}

int RunVerb::takeInput(const std::string &name, io::Tensor tensor) {
  size_t index = indexOf(inputNames, name);
  if (index == inputNames.size())
    return printError("no input \"" + name + "\"; there is " +
                      quotedList(inputNames));
  if (isGiven[index])
    return printError("input \"" + name + "\" is given twice");
  isGiven[index] = true;
  inputs[index] = std::move(tensor);
  return ExitDone;
}

int RunVerb::readInput(const std::string &text) {
  // NAME=FILE or NAME=FILL, or a FILE that names its tensors itself.
  size_t equals = text.find('=');
  std::string name = equals == std::string::npos ? "" : text.substr(0, equals);
  std::string source =
      equals == std::string::npos ? text : text.substr(equals + 1);
  if (!name.empty() && io::isFill(source)) {
    io::Result<io::Tensor> fill = io::parseFill(source);
    return fill ? takeInput(name, std::move(*fill)) : printError(fill.error());
  }
  io::Result<std::vector<io::NamedTensor>> tensors = io::readTensors(source);
  if (!tensors)
    return printError(tensors.error());
  if (name.empty()) {
    for (io::NamedTensor &tensor : *tensors)
      if (int code = takeInput(tensor.name, std::move(tensor.tensor)))
        return code;
    return ExitDone;
  }
  for (io::NamedTensor &tensor : *tensors)
    if (tensor.name == name || tensors->size() == 1)
      return takeInput(name, std::move(tensor.tensor));
  return printError(source + ": has " + std::to_string(tensors->size()) +
                    " tensors, none called \"" + name + "\"");
}

int RunVerb::readInputs() {
  for (const std::string &text : args.inputs)
    if (int code = readInput(text))
      return code;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!isGiven[i])
      return printError("input \"" + inputNames[i] +
                        "\" is not given: --input " + inputNames[i] + "=FILE");
    inputViews.push_back(viewOf(inputs[i]));
  }
  return ExitDone;
}

int RunVerb::planOutputs() {
  for (const std::string &text : args.outputs) {
    std::string name = text.substr(0, text.find('='));
    if (text.find('=') != std::string::npos &&
        indexOf(outputNames, name) == outputNames.size())
      return printError("no output \"" + name + "\"; there is " +
                        quotedList(outputNames));
    if (args.profile && text.substr(text.find('=') + 1) == "-")
      return printError("--profile and --output - both want standard output");
  }
  heddle_error error{};
  outputViews.resize(outputNames.size());
  heddle_status status = heddle_module_output_shapes(
      opened.module.get(), opened.entry, inputViews.data(), inputViews.size(),
      outputViews.data(), outputViews.size(), &error);
  if (status != HEDDLE_OK)
    return printStatus(status, error);
  for (heddle_tensor &view : outputViews) {
    outputBytes.emplace_back(bytesOf(view));
    view.data = outputBytes.back().data();
  }
  return ExitDone;
}

int RunVerb::call() {
  if (args.profile) {
    ProfiledCall call = {opened.module.get(), opened.session.get(),
                         opened.entry, inputViews, outputViews};
    return profile(call, args.repeat, report);
  }
  heddle_error error{};
  heddle_status status = heddle_session_run(
      opened.session.get(), opened.entry, inputViews.data(), inputViews.size(),
      outputViews.data(), outputViews.size(), nullptr, &error);
  return status == HEDDLE_OK ? int(ExitDone) : printStatus(status, error);
}

void RunVerb::printProfile() const {
  std::string text =
      args.json
          ? report.dump(2, ' ', false,
                        nlohmann::ordered_json::error_handler_t::replace) +
                "\n"
          : profileText(report, args.each);
  std::fputs(text.c_str(), stdout);
}

int RunVerb::writeOutputs() {
  auto named = [this](size_t i) {
    const heddle_tensor &view = outputViews[i];
    return io::NamedTensor{
        outputNames[i],
        {io::DType(view.dtype),
         std::vector<int64_t>(view.extents, view.extents + view.rank),
         outputBytes[i]}};
  };
  std::vector<io::NamedTensor> all;
  for (size_t i = 0; i < outputNames.size(); ++i)
    all.push_back(named(i));
  for (const std::string &text : args.outputs) {
    size_t equals = text.find('=');
    std::string path =
        equals == std::string::npos ? text : text.substr(equals + 1);
    std::vector<io::NamedTensor> chosen =
        equals == std::string::npos
            ? all
            : std::vector<io::NamedTensor>{
                  all[indexOf(outputNames, text.substr(0, equals))]};
    io::Status status = io::writeTensors(path, chosen);
    if (!status)
      return printError(status.error());
  }
  if (args.profile)
    printProfile();
  else if (args.outputs.empty())
    for (size_t i = 0; i < outputNames.size(); ++i)
      printSummary(i);
  return ExitDone;
}

/// A bf16 is the upper half of an f32.
float fromBf16(uint16_t half) {
  uint32_t bits = uint32_t(half) << 16;
  float value = 0;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

void RunVerb::printSummary(size_t index) const {
  const heddle_tensor &view = outputViews[index];
  std::printf("%s %s", outputNames[index].c_str(), tensorText(view).c_str());
  size_t count = outputBytes[index].size() / heddle_dtype_bytes(view.dtype);
  const void *data = outputBytes[index].data();
  for (size_t i = 0; i < std::min<size_t>(count, 8); ++i) {
    const char *gap = i ? " " : ": ";
    if (view.dtype == HEDDLE_F32)
      std::printf("%s%g", gap, double(static_cast<const float *>(data)[i]));
    else if (view.dtype == HEDDLE_BF16)
      std::printf("%s%g", gap,
                  double(fromBf16(static_cast<const uint16_t *>(data)[i])));
    else if (view.dtype == HEDDLE_I32)
      std::printf("%s%d", gap, static_cast<const int32_t *>(data)[i]);
  }
  std::printf("%s\n", count > 8 ? " ..." : "");
}

} // namespace

void addRunVerb(CLI::App &app, int &code) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App *verb = app.add_subcommand("run", "Run a compiled model once");
  addSessionOptions(*verb, arguments->session);
  verb->add_option("--input,-i", arguments->inputs,
                   "NAME=FILE (.npy, .npz, .safetensors; - is standard "
                   "input), NAME=2x16xi32=0 to fill, or a FILE that names "
                   "its tensors")
      ->type_name("NAME=SOURCE")
      ->type_size(1)
      ->allow_extra_args(false);
  verb->add_option("--output,-o", arguments->outputs,
                   "NAME=FILE, or a FILE for all outputs; - is a .npy on "
                   "standard output. Without it a summary is printed")
      ->type_name("NAME=FILE")
      ->type_size(1)
      ->allow_extra_args(false);
  verb->add_option("--threads,-t", arguments->threads,
                   "Threads, 1 to 1024 (default: all CPUs)")
      ->type_name("N");
  CLI::Option *profile = verb->add_flag(
      "--profile", arguments->profile,
      "Run again and again and print where the time goes, by kernel, in place "
      "of the summary");
  verb->add_option("--repeat", arguments->repeat,
                   "With --profile: timed runs, of which medians are told")
      ->check(CLI::Range(1u, 100000u))
      ->capture_default_str()
      ->needs(profile);
  verb->add_flag("--each", arguments->each,
                 "With --profile: a row for each dispatch, in order")
      ->needs(profile);
  verb->add_flag("--json", arguments->json, "With --profile: print JSON")
      ->needs(profile);
  verb->footer(
      "A profile's rows: MB are whole buffers, \"-\" where indices choose "
      "what is read; % idle is what threads waited in parallel loops. Outside "
      "kernels: checks of the arguments, memory (arena, scratch), copies to "
      "the outputs, and the rest.");
  verb->callback([arguments, &code] { code = RunVerb(*arguments).execute(); });
}

} // namespace heddle::tools
