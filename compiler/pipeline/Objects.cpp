// Kernels to objects: the cache first, child processes for the rest.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/link/KernelCache.h"
#include "compiler/lower/HostToLLVM.h"
#include "compiler/pipeline/Pipeline.h"
#include "compiler/pipeline/Variants.h"
#include "compiler/translate/Jobs.h"
#include "compiler/translate/Translate.h"
#include "dialects/halide/Halide.h"
#include "dialects/host/Host.h"
#include "llvm/Support/Chrono.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <thread>

using namespace mlir;

namespace heddle::pipeline {

namespace {

/// Changes when equal pipelines may give other objects: with the code
/// generator's version, and with each build of this program.
std::string codeGeneration() {
  std::string text = compilerVersions();
  llvm::sys::fs::file_status status;
  if (!llvm::sys::fs::status("/proc/self/exe", status))
    text +=
        ", " + std::to_string(status.getSize()) + " bytes of " +
        std::to_string(llvm::sys::toTimeT(status.getLastModificationTime()));
  return text;
}

/// A folder for this process's objects, removed at the end.
class WorkFolder {
public:
  WorkFolder() {
    llvm::SmallString<128> made;
    problem = llvm::sys::fs::createUniqueDirectory("heddle", made);
    if (!problem)
      path = std::string(made);
  }
  ~WorkFolder() {
    if (!path.empty())
      llvm::sys::fs::remove_directories(path);
  }
  /// Fails, in words, where the folder could not be made.
  LogicalResult check() const {
    if (!problem)
      return success();
    llvm::SmallString<128> parent;
    llvm::sys::path::system_temp_directory(/*ErasedOnReboot=*/true, parent);
    llvm::errs() << "error: cannot make a folder for temporary files in '"
                 << parent << "': " << problem.message() << '\n';
    return failure();
  }
  std::string path;

private:
  std::error_code problem;
};

/// One kernel of one variant on its way to an object.
struct Unit {
  halide::PipelineOp pipeline;
  translate::Options options;
  std::string key;
  std::string object;  ///< bytes, once there
  std::string scratch; ///< translate::Scratch::formula
};

/// Everything that the object depends on, as text.
std::string textOf(halide::PipelineOp pipeline, StringRef variant) {
  OwningOpRef<halide::PipelineOp> copy(pipeline.clone());
  for (halide::ScheduleOp schedule :
       llvm::make_early_inc_range(copy->getBody().getOps<halide::ScheduleOp>()))
    if (schedule.getVariant() != variant)
      schedule.erase();
  std::string text;
  llvm::raw_string_ostream stream(text);
  copy->print(stream, OpPrintingFlags().useLocalScope());
  return text;
}

std::vector<Unit> unitsOf(ModuleOp module, const Options &options,
                          const std::vector<Variant> &variants,
                          const std::string &prefix, translate::Emit emit) {
  std::vector<Unit> units;
  for (halide::PipelineOp pipeline : module.getOps<halide::PipelineOp>())
    for (const Variant &variant : variants) {
      if (servingVariant(pipeline, variant) != variant.name)
        continue;
      Unit unit{pipeline, {}, {}, {}, {}};
      unit.options.variant = variant.name;
      unit.options.symbol =
          lower::kernelSymbol(pipeline.getSymName(), variant.name);
      unit.options.path = prefix + unit.options.symbol +
                          (emit == translate::Emit::Object ? ".o" : ".txt");
      unit.options.emit = emit;
      unit.options.checks = options.optimization == 0;
      unit.options.stripSchedule = options.stripSchedule;
      units.push_back(std::move(unit));
    }
  return units;
}

bool findInCache(Unit &unit, link::KernelCache &cache,
                 const std::string &generation) {
  std::string text = textOf(unit.pipeline, unit.options.variant);
  std::string flags = std::string(unit.options.checks ? "checks " : "") +
                      (unit.options.stripSchedule ? "strip" : "");
  unit.key =
      link::KernelCache::key({text, unit.options.symbol, flags, generation});
  std::optional<link::KernelCache::Entry> entry = cache.get(unit.key);
  if (!entry)
    return false;
  unit.scratch = entry->sidecar;
  unit.object = std::move(entry->object);
  return true;
}

LogicalResult readObject(Unit &unit) {
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
      llvm::MemoryBuffer::getFile(unit.options.path);
  if (!buffer)
    return unit.pipeline.emitError("cannot read its compiled form: ")
           << buffer.getError().message();
  unit.object = (*buffer)->getBuffer().str();
  return success();
}

translate::Limits limitsOf(const Options &options) {
  translate::Limits limits;
  limits.processes = options.jobs
                         ? options.jobs
                         : std::max(1u, std::thread::hardware_concurrency());
  return limits;
}

/// Compiles what is missing in this process, one after the other.
LogicalResult compileHere(std::vector<Unit *> &missing) {
  for (Unit *unit : missing) {
    translate::Scratch scratch;
    if (failed(translate::translatePipeline(unit->pipeline, unit->options,
                                            scratch)) ||
        failed(readObject(*unit)))
      return failure();
    unit->scratch = scratch.formula;
  }
  return success();
}

/// Runs what is missing in child processes.
LogicalResult compileUnits(std::vector<Unit *> &missing, const Options &options,
                           const Progress &progress) {
  if (options.inProcess)
    return compileHere(missing);
  std::vector<translate::Job> jobs;
  for (Unit *unit : missing)
    jobs.push_back({unit->pipeline, unit->options});
  translate::Limits limits = limitsOf(options);
  std::vector<translate::Scratch> scratch(jobs.size());
  auto report = [&](size_t done) {
    if (progress)
      progress("kernel " + std::to_string(done) + " of " +
               std::to_string(jobs.size()));
  };
  if (failed(translate::translateJobs(jobs, limits, scratch, report)))
    return failure();
  for (auto [unit, bound] : llvm::zip(missing, scratch)) {
    unit->scratch = bound.formula;
    if (failed(readObject(*unit)))
      return failure();
  }
  return success();
}

} // namespace

std::string compilerVersions() {
  return "heddle " HEDDLE_VERSION ", Halide 21.0.0";
}

FailureOr<std::string> printKernels(Model &model, const Options &options) {
  WorkFolder folder;
  FailureOr<std::vector<Variant>> variants = variantsOf(*model.module);
  if (failed(variants) || failed(folder.check()))
    return failure();
  if (options.stopAfter == Phase::Device)
    for (const Variant &variant : *variants)
      if (!variant.onDevice)
        return model.module->emitError("has kernels for '")
               << variant.name << "', which is no device: expected --target "
               << "opencl or cuda";
  std::vector<Unit> units =
      unitsOf(*model.module, options, *variants, folder.path + "/",
              options.stopAfter == Phase::Device ? translate::Emit::Device
                                                 : translate::Emit::Stmt);
  std::vector<Unit *> all;
  for (Unit &unit : units)
    all.push_back(&unit);
  if (failed(compileUnits(all, options, {})))
    return failure();
  std::string text;
  for (const Unit &unit : units)
    text += "// " + unit.options.symbol + "\n" + unit.object + "\n";
  return text;
}

FailureOr<Objects> compileObjects(Model &model, const Options &options,
                                  const Progress &progress) {
  WorkFolder folder;
  ModuleOp module = *model.module;
  FailureOr<std::vector<Variant>> variants = variantsOf(module);
  if (failed(variants) || failed(folder.check()))
    return failure();
  for (const Variant &variant : *variants)
    if (!variant.runs)
      return module.emitError("has kernels for '")
             << variant.name << "', which the runtime cannot run yet; expected "
             << "--stop-after device at the latest";
  link::KernelCache cache(options.useCache ? link::KernelCache::defaultFolder()
                                           : std::string());
  std::vector<Unit> units = unitsOf(module, options, *variants,
                                    folder.path + "/", translate::Emit::Object);
  std::vector<Unit *> missing;
  std::string generation = codeGeneration();
  for (Unit &unit : units)
    if (!findInCache(unit, cache, generation))
      missing.push_back(&unit);
  if (!missing.empty() && failed(compileUnits(missing, options, progress)))
    return failure();
  for (Unit *unit : missing)
    cache.put(unit->key, unit->object, unit->scratch);

  Objects objects;
  objects.compiled = missing.size();
  for (Unit &unit : units) {
    objects.scratch[unit.pipeline.getSymName().str()].push_back(unit.scratch);
    objects.objects.push_back(
        {unit.options.symbol + ".o", std::move(unit.object)});
  }
  return objects;
}

FailureOr<std::vector<Attempt>> compileEach(ArrayRef<Model> models,
                                            const Options &options,
                                            const translate::Limits &limits) {
  WorkFolder folder;
  if (failed(folder.check()))
    return failure();
  link::KernelCache cache(options.useCache ? link::KernelCache::defaultFolder()
                                           : std::string());
  std::string generation = codeGeneration();
  std::vector<Attempt> attempts(models.size());
  std::vector<Unit> units;
  std::vector<translate::Job> jobs;
  std::vector<size_t> owners; // of the jobs
  for (const auto &[i, model] : llvm::enumerate(models)) {
    FailureOr<std::vector<Variant>> variants = variantsOf(*model.module);
    if (failed(variants))
      return failure();
    // Every model's kernel is called the same: a name of its own for each.
    units.push_back(unitsOf(*model.module, options, *variants,
                            folder.path + "/" + std::to_string(i) + "-",
                            translate::Emit::Object)
                        .front());
    if (findInCache(units.back(), cache, generation)) {
      attempts[i].end = translate::JobEnd::Done;
      continue;
    }
    jobs.push_back({units.back().pipeline, units.back().options});
    owners.push_back(i);
  }
  std::vector<translate::Scratch> scratch(jobs.size());
  std::vector<translate::JobEnd> ends(jobs.size());
  (void)translate::translateJobs(jobs, limits, scratch, nullptr, ends);
  for (auto [owner, bound, end] : llvm::zip(owners, scratch, ends)) {
    Unit &unit = units[owner];
    attempts[owner].end = end;
    if (end != translate::JobEnd::Done)
      continue;
    unit.scratch = bound.formula;
    if (failed(readObject(unit)))
      return failure();
    cache.put(unit.key, unit.object, unit.scratch);
  }
  for (auto [unit, attempt] : llvm::zip(units, attempts)) {
    attempt.objects.scratch[unit.pipeline.getSymName().str()] = {unit.scratch};
    attempt.objects.objects.push_back(
        {unit.options.symbol + ".o", std::move(unit.object)});
  }
  return attempts;
}

LogicalResult writeObjects(const Objects &objects, const std::string &folder) {
  auto report = [](const std::string &path, std::error_code error) {
    llvm::errs() << "error: cannot write '" << path << "': " << error.message()
                 << '\n';
    return failure();
  };
  if (folder.empty()) {
    llvm::errs() << "error: --stop-after objects needs a folder: -o FOLDER\n";
    return failure();
  }
  if (std::error_code error = llvm::sys::fs::create_directories(folder))
    return report(folder, error);
  for (const Object &object : objects.objects) {
    std::string path = folder + "/" + object.name;
    std::error_code error;
    llvm::raw_fd_ostream file(path, error);
    if (!error) {
      file << object.bytes;
      file.close();
      error = file.error();
      file.clear_error();
    }
    if (error)
      return report(path, error);
  }
  return success();
}

} // namespace heddle::pipeline
