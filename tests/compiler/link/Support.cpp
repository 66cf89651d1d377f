// The tiny program: z = relu(linear(x, w)), with the linear's result shown.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/link/Support.h"

#include "compiler/lower/HostToLLVM.h"
#include "compiler/lower/HostToMetadata.h"
#include "compiler/lower/HostToWeights.h"
#include "mlir/Parser/Parser.h"
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

using namespace heddle;
using namespace heddle::test;

static const char *const program = R"mlir(
host.program @tiny dims {batch = [1, 64], seq = [1, 32]} {
  %w = host.weight "w" tensors ["w"] recipe ["transpose", "pack 4"] : f32 ["2", "3", "4"]
  host.entry @main {
    %x = host.input "x" : f32 ["batch", "seq", "3"]
    %y = host.slot 3 space "host" : f32 ["batch", "seq", "6"]
    %z = host.slot 5 space "host" : f32 ["batch", "seq", "6"]
    host.dispatch @k0 ins(%x, %w) scalars ["batch * seq"] outs(%y) views [["3", "batch * seq"], ["4", "3", "2"], ["6", "batch * seq"]] {values = [11], flops = "36 * batch * seq"} loc("tiny.heddle":4:9)
    host.dispatch @k1 ins(%y) scalars [] outs(%z) views [["6 * batch * seq"], ["6 * batch * seq"]] {values = [12]}
    host.output "z" %z
    host.output "y" %y
    host.output "again" %z
  }
}
"halide.pipeline"() {sym_name = "k0"} : () -> ()
"halide.pipeline"() {sym_name = "k1"} : () -> ()
)mlir";

Folder::Folder()
    : path([] {
        std::string name =
            (std::filesystem::temp_directory_path() / "heddle-XXXXXX").string();
        return std::string(mkdtemp(name.data()));
      }()) {}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

std::string Folder::operator/(const std::string &name) const {
  return path + "/" + name;
}

std::vector<std::string> Folder::files() const {
  std::vector<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(path))
    names.push_back(entry.path().filename().string());
  return names;
}

std::string test::readText(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void test::writeText(const std::string &path, const std::string &text) {
  std::ofstream(path, std::ios::binary) << text;
}

namespace {
/// The parsed program and its tables.
struct Parsed {
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  host::ProgramOp op;
  lower::HostTables tables;

  Parsed() {
    context.loadDialect<host::HostDialect>();
    context.allowUnregisteredDialects();
    module = mlir::parseSourceString<mlir::ModuleOp>(program, &context);
    op = *module->getOps<host::ProgramOp>().begin();
    tables = lower::tabulateHost(op);
  }
};
} // namespace

static std::vector<link::ObjectFile> objectsOf(Parsed &parsed) {
  mlir::FailureOr<lower::HostObject> host =
      lower::compileHost(parsed.op, parsed.tables, {"one", "two"});
  EXPECT_TRUE(succeeded(host));
  return {{"host.o", host->bytes},
          {"kernels_one.o", readText(KERNELS_ONE)},
          {"kernels_two.o", readText(KERNELS_TWO)}};
}

std::vector<link::ObjectFile> test::tinyObjects() {
  Parsed parsed;
  return objectsOf(parsed);
}

Tiny test::makeTiny() {
  Parsed parsed;
  Tiny tiny;
  tiny.objects = objectsOf(parsed);
  llvm::Expected<std::string> code = link::linkObjects(tiny.objects);
  if (!code) {
    ADD_FAILURE() << llvm::toString(code.takeError());
    return tiny;
  }
  tiny.code = *code;
  lower::MetadataOptions options;
  options.variants = {{"one", "target-one", {}}, {"two", "target-two", {}}};
  for (lower::VariantInfo &variant : options.variants)
    variant.isChecked = true; // the kernels fail where a test wants it
  options.kernels["k0"] = {"gemm", "vectorize", {"64"}};
  options.kernels["k1"] = {"elementwise", "", {}};
  options.notes = {{"compiler", "heddle test"}};
  options.graph = "graph bytes";
  tiny.metadata =
      *lower::lowerHostToMetadata(parsed.op, parsed.tables, options);
  tiny.weightsSize = parsed.tables.weightsSize;
  return tiny;
}

llvm::Error test::writeTinyWeights(link::WeightsSink &sink, float value) {
  // [6, 3] transposed and packed by 4: [2][3][4], two columns of zeros.
  for (int panel = 0; panel < 2; ++panel)
    for (int k = 0; k < 3; ++k)
      for (int lane = 0; lane < 4; ++lane) {
        int n = panel * 4 + lane;
        float weight = n < 6 ? value + float(n) - float(k) : 0;
        sink.append(&weight, sizeof(weight));
      }
  return llvm::Error::success();
}

llvm::Expected<link::ArtifactInfo>
test::writeTiny(const Tiny &tiny, const std::string &path, float value) {
  auto weights = [&](link::WeightsSink &sink) {
    return writeTinyWeights(sink, value);
  };
  link::ArtifactParts parts;
  parts.code = tiny.code;
  parts.metadata = tiny.metadata;
  parts.weightsSize = tiny.weightsSize;
  parts.writeWeights = weights;
  return link::writeArtifact(path, parts);
}
