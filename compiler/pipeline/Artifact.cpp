// Objects, metadata and weights to one file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/link/ArtifactWriter.h"
#include "compiler/link/Link.h"
#include "compiler/lower/GraphToHost.h"
#include "compiler/lower/HostToLLVM.h"
#include "compiler/lower/HostToMetadata.h"
#include "compiler/lower/HostToWeights.h"
#include "compiler/lower/kernels/BlockMap.h"
#include "compiler/lower/kernels/Expr.h"
#include "compiler/pipeline/Pipeline.h"
#include "compiler/pipeline/Variants.h"
#include "compiler/weights/Recipe.h"
#include "dialects/halide/Halide.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "llvm/Support/raw_ostream.h"

#include <set>

using namespace mlir;

namespace heddle::pipeline {

namespace {

LogicalResult fail(llvm::Error error) {
  llvm::errs() << "error: " << llvm::toString(std::move(error)) << '\n';
  return failure();
}

/// The graph phase's IR as bytecode; empty when the module carries none.
FailureOr<std::string> graphBytes(ModuleOp module) {
  std::string bytes;
  for (ModuleOp nested : module.getOps<ModuleOp>()) {
    if (nested.getSymName() != lower::sourceModuleName)
      continue;
    llvm::raw_string_ostream stream(bytes);
    if (failed(writeBytecodeToFile(nested, stream)))
      return nested.emitError("cannot be written as bytecode");
  }
  return bytes;
}

/// The directives of all variants as text, behind the knobs that were set.
std::string scheduleText(halide::PipelineOp pipeline) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (Attribute knobs = pipeline->getAttr(lower::knobsAttr))
    stream << "// knobs " << knobs << '\n';
  for (halide::ScheduleOp schedule :
       pipeline.getBody().getOps<halide::ScheduleOp>()) {
    schedule.print(stream, OpPrintingFlags().useLocalScope());
    stream << '\n';
  }
  return text;
}

FailureOr<lower::MetadataOptions>
metadataOf(ModuleOp module, const Options &options, const Objects &objects) {
  lower::MetadataOptions metadata;
  FailureOr<std::vector<Variant>> variants = variantsOf(module);
  FailureOr<std::string> graph = graphBytes(module);
  if (failed(variants) || failed(graph))
    return failure();
  for (const Variant &variant : *variants)
    metadata.variants.push_back(
        {variant.name, variant.target, variant.features,
         variant.onDevice ? HEDDLE_DEVICE_OPENCL : HEDDLE_DEVICE_NONE,
         options.optimization == 0});
  metadata.graph = std::move(*graph);
  for (halide::PipelineOp pipeline : module.getOps<halide::PipelineOp>()) {
    std::string name = pipeline.getSymName().str();
    auto family = pipeline->getAttrOfType<StringAttr>(lower::familyAttr);
    auto scratch = objects.scratch.find(name);
    metadata.kernels[name] = {
        family ? family.getValue().str() : "",
        options.stripSchedule ? "" : scheduleText(pipeline),
        scratch == objects.scratch.end() ? std::vector<std::string>()
                                         : scratch->second};
  }
  metadata.notes = {{"compiler", "heddle " HEDDLE_VERSION},
                    {"code generators", "LLVM 22, Halide 21.0.0"}};
  for (halide::PipelineOp pipeline : module.getOps<halide::PipelineOp>())
    if (std::string map = lower::blocksJson(pipeline); !map.empty())
      metadata.notes.emplace_back("blocks " + pipeline.getSymName().str(), map);
  return metadata;
}

/// The kernels that a variant takes from its base.
lower::SharedKernels sharedKernels(ModuleOp module) {
  lower::SharedKernels shared;
  FailureOr<std::vector<Variant>> variants = variantsOf(module);
  for (halide::PipelineOp pipeline : module.getOps<halide::PipelineOp>())
    for (const Variant &variant : *variants)
      if (std::string name = *servingVariant(pipeline, variant);
          name != variant.name)
        shared[{pipeline.getSymName().str(), variant.name}] = name;
  return shared;
}

/// Weights that the model leaves unused are worth a remark.
void remarkUnused(ModuleOp module, const weights::WeightSource &source,
                  const std::vector<weights::WeightRequest> &requests) {
  std::set<std::string> used;
  for (const weights::WeightRequest &request : requests)
    used.insert(request.tensors.begin(), request.tensors.end());
  for (const std::string &name : source.unused(used))
    emitRemark(module.getLoc()) << "no kernel reads weight '" << name << "'";
}

/// Writes the weights at their offsets, recipe by recipe.
llvm::Error writeWeights(const weights::WeightSource &source,
                         const std::vector<weights::WeightRequest> &requests,
                         link::WeightsSink &sink) {
  for (const weights::WeightRequest &request : requests) {
    if (!sink.padTo(request.offset))
      return llvm::Error::success(); // the sink keeps its own error
    io::Status status = weights::runRecipe(source, request,
                                           [&](const void *bytes, size_t size) {
                                             return sink.append(bytes, size);
                                           });
    if (!status)
      return llvm::createStringError(status.error());
  }
  return llvm::Error::success();
}

} // namespace

LogicalResult writeArtifact(Model &model, const Options &options,
                            const Objects &objects, const std::string &path) {
  ModuleOp module = *model.module;
  auto programs = module.getOps<host::ProgramOp>();
  if (programs.empty())
    return module.emitError("has no host program");
  host::ProgramOp program = *programs.begin();
  lower::HostTables tables = lower::tabulateHost(program);
  std::vector<weights::WeightRequest> requests = lower::weightRequests(tables);
  if (model.weights) {
    // Weights are the first buffers, in the order of the requests.
    for (auto [i, request] : llvm::enumerate(requests))
      if (io::Status status = weights::checkRecipe(*model.weights, request);
          !status)
        return tables.buffers[i].op->emitError(status.error());
    remarkUnused(module, *model.weights, requests);
  }
  FailureOr<lower::MetadataOptions> described =
      metadataOf(module, options, objects);
  if (failed(described))
    return failure();
  std::vector<std::string> names;
  for (const lower::VariantInfo &variant : described->variants)
    names.push_back(variant.name);
  FailureOr<lower::HostObject> host =
      lower::compileHost(program, tables, names, sharedKernels(module));
  FailureOr<std::string> metadata =
      lower::lowerHostToMetadata(program, tables, *described);
  if (failed(host) || failed(metadata))
    return failure();

  std::vector<link::ObjectFile> files = {{"host.o", std::move(host->bytes)}};
  for (const Object &object : objects.objects)
    files.push_back({object.name, object.bytes});
  llvm::Expected<std::string> code = link::linkObjects(files);
  if (!code)
    return fail(code.takeError());
  // Generated tables need no file.
  io::Result<weights::WeightSource> none = weights::WeightSource::open({});
  auto weightsWriter = [&](link::WeightsSink &sink) {
    return writeWeights(model.weights ? *model.weights : *none, requests, sink);
  };
  link::ArtifactParts parts{
      std::move(*code), std::move(*metadata), tables.weightsSize, {}};
  if (!requests.empty())
    parts.writeWeights = weightsWriter;
  llvm::Expected<link::ArtifactInfo> info = link::writeArtifact(path, parts);
  return info ? success() : fail(info.takeError());
}

} // namespace heddle::pipeline
