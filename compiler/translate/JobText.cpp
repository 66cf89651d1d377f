// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Jobs as bytecode, reports as JSON.

#include "compiler/translate/JobText.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace heddle::translate {

static constexpr const char *jobAttribute = "halide.job";

std::string writeJob(const Job &job, const Limits &limits) {
  Builder builder(job.pipeline->getContext());
  const Options &options = job.options;
  auto string = [&](const char *name, const std::string &value) {
    return builder.getNamedAttr(name, builder.getStringAttr(value));
  };
  auto integer = [&](const char *name, uint64_t value) {
    return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
  };
  NamedAttribute fields[] = {
      string("variant", options.variant),
      string("symbol", options.symbol),
      string("path", options.path),
      string("target", options.target),
      integer("emit", uint64_t(options.emit)),
      integer("checks", options.checks),
      integer("strip", options.stripSchedule),
      integer("seconds", limits.seconds),
      integer("bytes", limits.bytes),
  };
  OwningOpRef<ModuleOp> module(ModuleOp::create(job.pipeline->getLoc()));
  module->getBody()->push_back(job.pipeline->clone());
  (*module)->setAttr(jobAttribute, builder.getDictionaryAttr(fields));
  std::string bytes;
  llvm::raw_string_ostream stream(bytes);
  (void)writeBytecodeToFile(*module, stream);
  return bytes;
}

void readJob(ModuleOp module, Options &options, Limits &limits) {
  auto fields = module->getAttrOfType<DictionaryAttr>(jobAttribute);
  auto string = [&](const char *name) {
    return fields.getAs<StringAttr>(name).str();
  };
  auto integer = [&](const char *name) {
    return fields.getAs<IntegerAttr>(name).getInt();
  };
  options.variant = string("variant");
  options.symbol = string("symbol");
  options.path = string("path");
  options.target = string("target");
  options.emit = Emit(integer("emit"));
  options.checks = integer("checks");
  options.stripSchedule = integer("strip");
  limits.seconds = unsigned(integer("seconds"));
  limits.bytes = uint64_t(integer("bytes"));
}

/// `loc(...)`, which the parser of attributes reads back.
static std::string textOf(Location location) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  LocationAttr(location).print(stream);
  return text;
}

void JobReport::add(Diagnostic &diagnostic) {
  entries.push_back({int(diagnostic.getSeverity()),
                     textOf(diagnostic.getLocation()), diagnostic.str(),
                     false});
  for (Diagnostic &note : diagnostic.getNotes())
    entries.push_back({int(note.getSeverity()), textOf(note.getLocation()),
                       note.str(), true});
}

std::string JobReport::write(bool succeeded, const Scratch &scratch) const {
  llvm::json::Array diagnostics;
  for (const Entry &entry : entries)
    diagnostics.push_back(
        llvm::json::Object{{"severity", entry.severity},
                           {"location", entry.location},
                           {"message", llvm::json::fixUTF8(entry.message)},
                           {"note", entry.isNote}});
  llvm::json::Value report =
      llvm::json::Object{{"succeeded", succeeded},
                         {"bytes", scratch.bytes},
                         {"bounded", scratch.bounded},
                         {"formula", scratch.formula},
                         {"diagnostics", std::move(diagnostics)}};
  std::string text;
  llvm::raw_string_ostream(text) << report << "\n";
  return text;
}

/// Where the child's diagnostic belongs here.
static Location locationOf(StringRef text, Operation *pipeline) {
  // a location of an unregistered dialect cannot be read back: say where we are
  ScopedDiagnosticHandler silence(pipeline->getContext(),
                                  [](Diagnostic &) { return success(); });
  auto location = dyn_cast_or_null<LocationAttr>(
      parseAttribute(text, pipeline->getContext()));
  return location ? Location(location) : pipeline->getLoc();
}

static void emitDiagnostics(const llvm::json::Array &diagnostics,
                            Operation *pipeline) {
  std::optional<InFlightDiagnostic> current; // reported when replaced
  for (const llvm::json::Value &value : diagnostics) {
    const llvm::json::Object &entry = *value.getAsObject();
    Location location =
        locationOf(entry.getString("location").value_or(""), pipeline);
    StringRef message = entry.getString("message").value_or("");
    if (entry.getBoolean("note").value_or(false)) {
      if (current)
        current->attachNote(location) << message;
      continue;
    }
    auto severity =
        DiagnosticSeverity(entry.getInteger("severity").value_or(0));
    current.reset();
    current.emplace(
        pipeline->getContext()->getDiagEngine().emit(location, severity));
    *current << message;
  }
}

std::optional<bool> readReport(StringRef text, Operation *pipeline,
                               Scratch &scratch) {
  auto parsed = llvm::json::parse(text);
  if (!parsed) {
    llvm::consumeError(parsed.takeError());
    return std::nullopt;
  }
  const llvm::json::Object *report = parsed->getAsObject();
  const llvm::json::Array *diagnostics =
      report ? report->getArray("diagnostics") : nullptr;
  if (!diagnostics)
    return std::nullopt;
  emitDiagnostics(*diagnostics, pipeline);
  scratch.bytes = report->getInteger("bytes").value_or(0);
  scratch.bounded = report->getBoolean("bounded").value_or(false);
  scratch.formula = report->getString("formula").value_or("0").str();
  return report->getBoolean("succeeded").value_or(false);
}

} // namespace heddle::translate
