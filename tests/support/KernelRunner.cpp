// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Translate, link with the system's compiler, dlopen, call.

#include "tests/support/KernelRunner.h"
#include "compiler/translate/Translate.h"
#include "dialects/halide/Halide.h"
#include "tests/support/KernelGlue.h"

#include "HalideRuntime.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

#include <ctime>
#include <dlfcn.h>

namespace heddle::test {

namespace {

using Entry = int (*)(void **);

halide_type_t halideType(Element element) {
  switch (element) {
  case Element::I1:
    return {halide_type_uint, 1, 1};
  case Element::I8:
    return {halide_type_int, 8, 1};
  case Element::I16:
    return {halide_type_int, 16, 1};
  case Element::I32:
    return {halide_type_int, 32, 1};
  case Element::I64:
    return {halide_type_int, 64, 1};
  case Element::UI8:
    return {halide_type_uint, 8, 1};
  case Element::UI16:
    return {halide_type_uint, 16, 1};
  case Element::UI32:
    return {halide_type_uint, 32, 1};
  case Element::F16:
    return {halide_type_float, 16, 1};
  case Element::BF16:
    return {halide_type_bfloat, 16, 1};
  case Element::F32:
    return {halide_type_float, 32, 1};
  case Element::F64:
    return {halide_type_float, 64, 1};
  }
  return {};
}

/// A kernel's arguments as pointers, and what they point to.
class Frame {
public:
  explicit Frame(const std::vector<Argument> &arguments, void *context)
      : context(context), scalars(arguments), buffers(arguments.size()),
        dims(arguments.size()) {
    pointers.push_back(&this->context);
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (auto *given = std::get_if<Array>(&scalars[i])) {
        describe(*given, buffers[i], dims[i]);
        pointers.push_back(&buffers[i]);
      } else {
        pointers.push_back(std::visit(
            [](auto &value) -> void * { return &value; }, scalars[i]));
      }
    }
  }
  void **data() { return pointers.data(); }

private:
  static void describe(const Array &given, halide_buffer_t &buffer,
                       std::vector<halide_dimension_t> &dims) {
    int32_t stride = 1;
    for (int32_t extent : given.extents) {
      dims.push_back({0, extent, stride, 0});
      stride *= extent;
    }
    buffer = {};
    buffer.host = static_cast<uint8_t *>(given.data);
    buffer.type = halideType(given.element);
    buffer.dimensions = int32_t(dims.size());
    buffer.dim = dims.data();
  }

  void *context;
  std::vector<Argument> scalars;
  std::vector<halide_buffer_t> buffers;
  std::vector<std::vector<halide_dimension_t>> dims;
  std::vector<void *> pointers;
};

/// A folder of its own, removed with the object.
struct TemporaryFolder {
  llvm::SmallString<128> path;
  TemporaryFolder() {
    (void)llvm::sys::fs::createUniqueDirectory("heddle-kernel", path);
  }
  ~TemporaryFolder() { (void)llvm::sys::fs::remove_directories(path); }
  std::string file(const char *name) const { return (path + "/" + name).str(); }
};

bool link(const std::vector<std::string> &objects, const std::string &output,
          std::string &error) {
  auto compiler = llvm::sys::findProgramByName("cc");
  if (!compiler) {
    error = "no cc to link with";
    return false;
  }
  std::vector<llvm::StringRef> args = {*compiler, "-shared", "-o", output};
  args.insert(args.end(), objects.begin(), objects.end());
  int status =
      llvm::sys::ExecuteAndWait(*compiler, args, {}, {}, 60, 0, &error);
  return status == 0;
}

} // namespace

struct KernelRunner::Impl {
  TemporaryFolder folder;
  KernelContext context;
  translate::Scratch scratch;
  std::string object;
  void *library = nullptr;
  Entry entry = nullptr;
};

KernelRunner::KernelRunner() : impl(new Impl) {}

KernelRunner::~KernelRunner() {
  if (impl->library)
    ::dlclose(impl->library);
}

std::unique_ptr<KernelRunner>
KernelRunner::compile(halide::PipelineOp pipeline, const RunnerOptions &options,
                      std::string &error) {
  std::unique_ptr<KernelRunner> runner(new KernelRunner);
  Impl &impl = *runner->impl;
  translate::Options translation;
  translation.variant = options.variant;
  for (auto schedule : pipeline.getOps<halide::ScheduleOp>())
    if (translation.variant.empty())
      translation.variant = schedule.getVariant().str();
  translation.target = options.target;
  translation.symbol = "kernel";
  translation.path = impl.folder.file("kernel.o");
  translation.checks = options.checks;
  translation.stripSchedule = options.stripSchedule;

  mlir::ScopedDiagnosticHandler handler(
      pipeline.getContext(), [&](mlir::Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
          error += diagnostic.str() + "\n";
        return mlir::success();
      });
  if (failed(translatePipeline(pipeline, translation, impl.scratch)))
    return nullptr;
  if (auto bytes = llvm::MemoryBuffer::getFile(translation.path))
    impl.object = (*bytes)->getBuffer().str();

  std::vector<std::string> objects = {translation.path};
  if (options.checks) { // the checks call dozens of functions: take Halide's
    objects.push_back(impl.folder.file("runtime.o"));
    writeCheckingRuntime(objects.back());
  }
  std::string library = impl.folder.file("kernel.so");
  if (!link(objects, library, error))
    return nullptr;
  impl.library = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!impl.library) {
    error += ::dlerror();
    return nullptr;
  }
  impl.context.threads = options.threads;
  if (options.checks)
    useGlue(impl.library);
  impl.entry = reinterpret_cast<Entry>(::dlsym(impl.library, "kernel_argv"));
  return runner;
}

std::unique_ptr<KernelRunner>
KernelRunner::compileText(const std::string &text, const std::string &name,
                          const RunnerOptions &options, std::string &error) {
  mlir::DialectRegistry registry;
  registry.insert<mlir::arith::ArithDialect, mlir::math::MathDialect,
                  halide::HalideDialect>();
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  mlir::OwningOpRef<mlir::ModuleOp> module;
  {
    mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
      error += d.str() + "\n";
      return mlir::success();
    });
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  }
  if (!module)
    return nullptr;
  auto pipeline = module->lookupSymbol<halide::PipelineOp>(name);
  if (!pipeline) {
    error = "no pipeline @" + name;
    return nullptr;
  }
  return compile(pipeline, options, error);
}

std::unique_ptr<KernelRunner>
KernelRunner::compileFile(const std::string &path, const std::string &name,
                          const RunnerOptions &options, std::string &error) {
  auto bytes = llvm::MemoryBuffer::getFile(path);
  if (!bytes) {
    error = path + ": " + bytes.getError().message();
    return nullptr;
  }
  return compileText((*bytes)->getBuffer().str(), name, options, error);
}

int KernelRunner::run(const std::vector<Argument> &arguments) {
  impl->context.error.clear();
  Frame frame(arguments, &impl->context);
  return impl->entry(frame.data());
}

/// Seconds on a clock that only differences of matter.
static double secondsOf(clockid_t clock) {
  timespec now;
  ::clock_gettime(clock, &now);
  return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

double KernelRunner::time(const std::vector<Argument> &arguments,
                          double seconds) {
  // One thread's own time is not disturbed by others on the machine.
  clockid_t clock =
      impl->context.threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
  Frame frame(arguments, &impl->context);
  impl->entry(frame.data());
  double start = secondsOf(clock);
  impl->entry(frame.data());
  // a batch is long beside the clock's own cost, and short beside a slice
  double once = std::max(secondsOf(clock) - start, 1e-9);
  int calls = std::max(1, int(1e-3 / once));
  double best = 1e30, begin = start;
  while (secondsOf(clock) - begin < seconds) {
    start = secondsOf(clock);
    for (int i = 0; i < calls; ++i)
      impl->entry(frame.data());
    best = std::min(best, (secondsOf(clock) - start) / calls);
  }
  return best;
}

const std::string &KernelRunner::lastError() const {
  return impl->context.error;
}

int64_t KernelRunner::peakHeapBytes() const { return impl->context.peakBytes; }

int64_t KernelRunner::boundHeapBytes() const {
  return impl->scratch.bounded ? impl->scratch.bytes : -1;
}

const std::string &KernelRunner::objectBytes() const { return impl->object; }

} // namespace heddle::test
