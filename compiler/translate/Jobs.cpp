// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Starts children, listens to them, and says what became of those that cannot.

#include "compiler/translate/Jobs.h"
#include "compiler/translate/JobText.h"

#include "mlir/IR/SymbolTable.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace mlir;

extern char **environ;

namespace heddle::translate {

namespace {

using Clock = std::chrono::steady_clock;

/// A running child and what it has said.
struct Child {
  size_t job = 0;
  pid_t pid = -1;
  /// Its standard output (the report) and standard error; -1 once closed.
  int streams[2] = {-1, -1};
  std::string text[2];
  Clock::time_point deadline;
  bool timedOut = false;

  bool isSilent() const { return streams[0] < 0 && streams[1] < 0; }
};

/// What a job came to; reported once all jobs before it were.
struct Outcome {
  bool done = false;
  std::string report, errors;
  int status = 0;
  bool timedOut = false;
  /// Why there was no child at all, else empty.
  std::string notStarted;
  JobEnd end = JobEnd::NotStarted;
};

class Runner {
public:
  Runner(llvm::ArrayRef<Job> jobs, const Limits &limits,
         llvm::MutableArrayRef<Scratch> scratch)
      : jobs(jobs), limits(limits), scratch(scratch), outcomes(jobs.size()) {}

  LogicalResult run(llvm::function_ref<void(size_t)> progress);
  JobEnd endOf(size_t job) const { return outcomes[job].end; }

private:
  void start(size_t job);
  void listen();
  void readFrom(Child &child, int stream);
  void finish(Child &child);
  LogicalResult conclude(size_t job);

  llvm::ArrayRef<Job> jobs;
  const Limits &limits;
  llvm::MutableArrayRef<Scratch> scratch;
  std::vector<Outcome> outcomes;
  std::vector<Child> running;
  /// The disk is full: no kernel's fault, said once, and no more are started.
  bool gaveUp = false;
};

/// A file in memory with the job in it; -1 on failure.
int memoryFile(const std::string &bytes) {
  int file = ::memfd_create("heddle-job", MFD_CLOEXEC);
  size_t written = 0;
  while (file >= 0 && written < bytes.size()) {
    ssize_t n = ::write(file, bytes.data() + written, bytes.size() - written);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      ::close(file);
      return -1;
    }
    written += size_t(n);
  }
  return file;
}

/// The child sees its job as descriptor 3 and the pipes as 1 and 2.
int spawn(pid_t &pid, int jobFile, const int (&writeEnds)[2]) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, writeEnds[0], 1);
  ::posix_spawn_file_actions_adddup2(&actions, writeEnds[1], 2);
  ::posix_spawn_file_actions_adddup2(&actions, jobFile, 3);
  std::string arguments[] = {"heddle", jobArgument, "/proc/self/fd/3"};
  char *argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(),
                  nullptr};
  int error =
      ::posix_spawn(&pid, "/proc/self/exe", &actions, nullptr, argv, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

/// Two pipes, closed on exec and clear of the numbers that spawn() gives out.
bool openPipes(int (&readEnds)[2], int (&writeEnds)[2]) {
  for (int i = 0; i < 2; ++i) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
      return false;
    readEnds[i] = ends[0];
    writeEnds[i] = ::fcntl(ends[1], F_DUPFD_CLOEXEC, 10);
    ::close(ends[1]);
  }
  return true;
}

void Runner::start(size_t job) {
  Child child;
  child.job = job;
  child.deadline = Clock::now() + std::chrono::seconds(limits.seconds);
  std::string bytes = writeJob(jobs[job], limits);
  int low = memoryFile(bytes), writeEnds[2] = {-1, -1};
  int jobFile = low < 0 ? -1 : ::fcntl(low, F_DUPFD_CLOEXEC, 10);
  ::close(low);
  int error = EMFILE;
  if (jobFile >= 0 && openPipes(child.streams, writeEnds))
    error = spawn(child.pid, jobFile, writeEnds);
  for (int descriptor : {jobFile, writeEnds[0], writeEnds[1]})
    if (descriptor >= 0)
      ::close(descriptor);
  if (error == 0) {
    running.push_back(std::move(child));
    return;
  }
  for (int stream : child.streams)
    if (stream >= 0)
      ::close(stream);
  outcomes[job].notStarted = std::strerror(error);
  outcomes[job].done = true;
}

void Runner::readFrom(Child &child, int stream) {
  char buffer[4096];
  ssize_t n = ::read(child.streams[stream], buffer, sizeof buffer);
  if (n > 0) {
    child.text[stream].append(buffer, size_t(n));
  } else if (n == 0 || errno != EINTR) {
    ::close(child.streams[stream]);
    child.streams[stream] = -1;
  }
}

/// The child has closed its pipes: it is gone or about to be.
void Runner::finish(Child &child) {
  Outcome &outcome = outcomes[child.job];
  while (::waitpid(child.pid, &outcome.status, 0) < 0 && errno == EINTR) {
  }
  outcome.report = std::move(child.text[0]);
  outcome.errors = std::move(child.text[1]);
  outcome.timedOut = child.timedOut;
  outcome.done = true;
}

/// Waits until a child says or ends something, or a deadline passes.
void Runner::listen() {
  std::vector<pollfd> polls;
  Clock::time_point deadline = Clock::time_point::max();
  for (Child &child : running) {
    for (int stream : child.streams)
      polls.push_back({stream, POLLIN, 0}); // poll skips descriptor -1
    if (!child.timedOut)
      deadline = std::min(deadline, child.deadline);
  }
  auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  bool isForever = deadline == Clock::time_point::max();
  ::poll(polls.data(), polls.size(),
         isForever ? -1 : int(std::max<int64_t>(0, left.count())));
  for (size_t i = 0; i < running.size(); ++i) {
    Child &child = running[i];
    for (int stream : {0, 1})
      if (polls[2 * i + size_t(stream)].revents)
        readFrom(child, stream);
    if (!child.timedOut && Clock::now() >= child.deadline) {
      child.timedOut = true;
      ::kill(child.pid, SIGKILL);
    }
    if (child.isSilent())
      finish(child);
  }
  std::erase_if(running, [](const Child &child) { return child.isSilent(); });
}

/// The last words on standard error, as one note would hold them.
llvm::StringRef lastLine(llvm::StringRef text) {
  return text.trim().rsplit('\n').second.empty()
             ? text.trim()
             : text.trim().rsplit('\n').second;
}

LogicalResult Runner::conclude(size_t job) {
  Outcome &outcome = outcomes[job];
  Operation *pipeline = jobs[job].pipeline;
  const std::string &path = jobs[job].options.path;
  StringRef name = SymbolTable::getSymbolName(pipeline).getValue();
  auto fail = [&]() -> InFlightDiagnostic {
    ::unlink(path.c_str());
    InFlightDiagnostic diag = pipeline->emitError("compiling kernel '")
                              << name << "' for variant '"
                              << jobs[job].options.variant << "' ";
    if (!outcome.errors.empty())
      diag.attachNote() << "it said: " << lastLine(outcome.errors);
    return diag;
  };
  if (gaveUp)
    return failure();
  llvm::StringRef full = std::strerror(ENOSPC);
  if (WIFSIGNALED(outcome.status) || WEXITSTATUS(outcome.status) != 0)
    gaveUp = lastLine(outcome.errors).ends_with(full);
  if (gaveUp) {
    ::unlink(path.c_str());
    llvm::errs() << "error: cannot write temporary files in '"
                 << llvm::StringRef(path).rsplit('/').first << "': " << full
                 << '\n';
    return failure();
  }
  if (!outcome.notStarted.empty())
    return fail() << "could not start: " << outcome.notStarted;
  bool isOver =
      WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == SIGXCPU;
  outcome.end = JobEnd::TimedOut;
  if (outcome.timedOut || isOver)
    return fail() << "took more than " << limits.seconds << " s";
  if (auto ok = readReport(outcome.report, pipeline, scratch[job])) {
    outcome.end = *ok ? JobEnd::Done : JobEnd::Refused;
    return success(*ok);
  }
  outcome.end = JobEnd::Crashed;
  if (WIFSIGNALED(outcome.status))
    return fail() << "crashed: " << ::strsignal(WTERMSIG(outcome.status));
  return fail() << "ended with status " << WEXITSTATUS(outcome.status);
}

LogicalResult Runner::run(llvm::function_ref<void(size_t)> progress) {
  size_t started = 0, concluded = 0, reported = 0;
  LogicalResult result = success();
  while (concluded < jobs.size() && !(gaveUp && running.empty())) {
    while (started < jobs.size() && !gaveUp &&
           running.size() < std::max(1u, limits.processes))
      start(started++);
    if (!running.empty())
      listen();
    size_t done = size_t(llvm::count_if(
        outcomes, [](const Outcome &outcome) { return outcome.done; }));
    for (; progress && reported < done; ++reported)
      progress(reported + 1);
    for (; concluded < jobs.size() && outcomes[concluded].done; ++concluded)
      if (failed(conclude(concluded)))
        result = failure();
  }
  return result;
}

} // namespace

LogicalResult translateJobs(llvm::ArrayRef<Job> jobs, const Limits &limits,
                            llvm::MutableArrayRef<Scratch> scratch,
                            llvm::function_ref<void(size_t)> progress,
                            llvm::MutableArrayRef<JobEnd> ends) {
  assert(jobs.size() == scratch.size() && "a scratch for each job");
  Runner runner(jobs, limits, scratch);
  LogicalResult result = runner.run(progress);
  for (size_t job = 0; job < ends.size(); ++job)
    ends[job] = runner.endOf(job);
  return result;
}

} // namespace heddle::translate
