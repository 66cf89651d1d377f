// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Child processes: equal bytes from equal pipelines, diagnostics at their
// places, and what becomes of a child that crashes, hangs or eats memory.

#include "compiler/translate/Jobs.h"
#include "dialects/halide/Halide.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace heddle;
using namespace heddle::translate;

namespace {

/// How a child of this test is to misbehave, from its environment.
constexpr const char *misbehaviour = "HEDDLE_TEST_CHILD";

const char *kernel(const char *directive) {
  static std::string text;
  text = std::string(R"(
halide.pipeline @NAME(%A: !halide.buffer<?xf32>) {
  %one = arith.constant 1.0 : f32
  %out = halide.func "out" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    %r = arith.addf %a, %one : f32
    halide.yield %r : f32
  }
  halide.output %out : !halide.buffer<?xf32>
  halide.schedule "v" target("x86-64-linux-sse41") {
    )") + directive +
         "\n  }\n}\n";
  return text.c_str();
}

class Jobs : public testing::Test {
protected:
  Jobs() : context(registry(), mlir::MLIRContext::Threading::DISABLED) {
    std::string pattern = testing::TempDir() + "heddle-jobs-XXXXXX";
    folder = ::mkdtemp(pattern.data());
    context.printOpOnDiagnostic(false);
    context.getDiagEngine().registerHandler([&](mlir::Diagnostic &diagnostic) {
      record(diagnostic);
      for (mlir::Diagnostic &note : diagnostic.getNotes())
        record(note);
    });
  }
  ~Jobs() override {
    ::unsetenv(misbehaviour);
    for (const std::string &file : files)
      std::remove(file.c_str());
    ::rmdir(folder.c_str());
  }

  static mlir::DialectRegistry registry() {
    mlir::DialectRegistry registry;
    registry.insert<mlir::arith::ArithDialect, mlir::math::MathDialect,
                    halide::HalideDialect>();
    return registry;
  }

  void record(mlir::Diagnostic &diagnostic) {
    std::string where;
    llvm::raw_string_ostream stream(where);
    diagnostic.getLocation().print(stream);
    said += where + ": " + diagnostic.str() + "\n";
  }

  Job job(const char *directive, const char *name = "k") {
    std::string text = kernel(directive);
    text.replace(text.find("NAME"), 4, name);
    modules.push_back(mlir::parseSourceString<mlir::ModuleOp>(
        text, &context, std::string(name) + ".mlir"));
    Job job;
    job.pipeline = &modules.back()->getBody()->front();
    job.options.variant = "v";
    job.options.symbol = "kernel";
    job.options.path = folder + "/" + std::to_string(files.size()) + ".o";
    files.push_back(job.options.path);
    return job;
  }

  mlir::LogicalResult run(std::vector<Job> jobs) {
    std::vector<Scratch> scratch(jobs.size());
    return translateJobs(jobs, limits, scratch);
  }

  static std::string bytesOf(const std::string &path) {
    std::ifstream stream(path, std::ios::binary);
    std::stringstream bytes;
    bytes << stream.rdbuf();
    return bytes.str();
  }

  mlir::MLIRContext context;
  Limits limits;
  std::string folder, said;
  std::vector<std::string> files;
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> modules;
};

TEST_F(Jobs, EqualPipelinesGiveEqualBytes) {
  const char *directive = "halide.vectorize %out[x] by 4";
  std::vector<Job> jobs = {job(directive), job("halide.unroll %out[x] by 2"),
                           job(directive), job(directive)};
  ASSERT_TRUE(succeeded(run(jobs))) << said;
  std::string first = bytesOf(files[0]);
  EXPECT_GT(first.size(), 500u);
  EXPECT_EQ(first, bytesOf(files[2]));
  EXPECT_EQ(first, bytesOf(files[3]));
  EXPECT_NE(first, bytesOf(files[1]));
}

TEST_F(Jobs, DiagnosticsComeBackAtTheirPlacesInOrder) {
  EXPECT_TRUE(failed(run({job("halide.reorder %out[x, x]", "first"),
                          job("halide.parallel %out[x]", "fine"),
                          job("halide.reorder %out[x, x]", "last")})));
  size_t first = said.find("first.mlir\":11:5): halide: In schedule for out");
  EXPECT_NE(first, std::string::npos) << said;
  size_t last = said.find("last.mlir");
  EXPECT_NE(last, std::string::npos) << said;
  EXPECT_LT(first, last);
  EXPECT_EQ(said.find("fine.mlir"), std::string::npos) << said;
  EXPECT_NE(::access(files[0].c_str(), F_OK), 0);
  EXPECT_EQ(::access(files[1].c_str(), F_OK), 0);
}

TEST_F(Jobs, ACrashNamesTheKernel) {
  ::setenv(misbehaviour, "crash", 1);
  EXPECT_TRUE(failed(run({job("", "breaker")})));
  EXPECT_NE(said.find("breaker.mlir\":2:1): compiling kernel 'breaker' for "
                      "variant 'v' crashed: Segmentation fault"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("it said: about to crash"), std::string::npos) << said;
  EXPECT_NE(::access(files[0].c_str(), F_OK), 0);
}

TEST_F(Jobs, AnEarlyEndIsNoSuccess) {
  ::setenv(misbehaviour, "exit", 1);
  EXPECT_TRUE(failed(run({job("")})));
  EXPECT_NE(said.find("ended with status 0"), std::string::npos) << said;
}

TEST_F(Jobs, TimeIsLimited) {
  ::setenv(misbehaviour, "hang", 1);
  limits.seconds = 1;
  EXPECT_TRUE(failed(run({job(""), job("")})));
  EXPECT_NE(said.find("took more than 1 s"), std::string::npos) << said;
}

TEST_F(Jobs, MemoryIsLimited) {
  limits.bytes = uint64_t(64) << 20; // less than the libraries take already
  EXPECT_TRUE(failed(run({job("halide.vectorize %out[x] by 4")})));
  EXPECT_FALSE(said.empty());
}

TEST_F(Jobs, EveryJobSaysHowItEnded) {
  auto endsOf = [&](std::vector<Job> jobs) {
    std::vector<Scratch> scratch(jobs.size());
    std::vector<JobEnd> ends(jobs.size());
    (void)translateJobs(jobs, limits, scratch, nullptr, ends);
    return ends;
  };
  EXPECT_EQ(endsOf({job("halide.reorder %out[x, x]"), job("")}),
            (std::vector<JobEnd>{JobEnd::Refused, JobEnd::Done}));
  ::setenv(misbehaviour, "crash", 1);
  EXPECT_EQ(endsOf({job("")}), std::vector<JobEnd>{JobEnd::Crashed});
  ::setenv(misbehaviour, "hang", 1);
  limits.seconds = 1;
  EXPECT_EQ(endsOf({job("")}), std::vector<JobEnd>{JobEnd::TimedOut});
}

TEST_F(Jobs, ProgressCountsAllJobs) {
  std::vector<Job> jobs = {job(""), job(""), job("")};
  std::vector<Scratch> scratch(jobs.size());
  std::vector<size_t> seen;
  ASSERT_TRUE(succeeded(translateJobs(jobs, limits, scratch, [&](size_t done) {
    seen.push_back(done);
  }))) << said;
  EXPECT_EQ(seen, (std::vector<size_t>{1, 2, 3}));
}

TEST_F(Jobs, AnUnwritablePathIsAnError) {
  Job unwritable = job("");
  unwritable.options.path = folder + "/missing/kernel.o";
  EXPECT_TRUE(failed(run({unwritable})));
  EXPECT_NE(said.find("missing/kernel.o"), std::string::npos) << said;
}

} // namespace

int main(int argc, char **argv) {
  if (isTranslateJob(argc, argv)) {
    std::string how =
        std::getenv(misbehaviour) ? std::getenv(misbehaviour) : "";
    if (how == "crash") {
      std::fputs("something\nabout to crash\n", stderr);
      ::signal(SIGSEGV, SIG_DFL);
      ::raise(SIGSEGV);
    }
    if (how == "exit")
      return 0;
    while (how == "hang")
      ::sleep(1);
    return translateJobMain(argc, argv);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
