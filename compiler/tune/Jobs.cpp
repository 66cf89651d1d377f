// Jobs as JSON in a memory file, answers as JSON on standard output.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Jobs.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace heddle::tune {

namespace {

using json = nlohmann::json;

constexpr const char *jobArgument = "--heddle-tune-job";
constexpr int firstFree = 10; ///< clear of what the child gets

/// A file in memory that closes itself, clear of the child's descriptors.
class MemoryFile {
public:
  explicit MemoryFile(const std::string &content = {}) {
    int low = ::memfd_create("heddle-tune", MFD_CLOEXEC);
    descriptor = low < 0 ? -1 : ::fcntl(low, F_DUPFD_CLOEXEC, firstFree);
    ::close(low);
    size_t done = 0;
    while (descriptor >= 0 && done < content.size()) {
      ssize_t wrote =
          ::write(descriptor, content.data() + done, content.size() - done);
      if (wrote > 0)
        done += size_t(wrote);
      else if (errno != EINTR)
        break;
    }
    ::lseek(descriptor, 0, SEEK_SET);
  }
  ~MemoryFile() { ::close(descriptor); }
  MemoryFile(const MemoryFile &) = delete;
  MemoryFile &operator=(const MemoryFile &) = delete;

  std::string content() const {
    std::string text(size_t(::lseek(descriptor, 0, SEEK_END)), '\0');
    ssize_t got = ::pread(descriptor, text.data(), text.size(), 0);
    text.resize(got < 0 ? 0 : size_t(got));
    return text;
  }
  int descriptor = -1;
};

/// What a child left.
struct Left {
  int status = 0;
  bool timedOut = false;
  std::string output, errors;
};

/// Waits for the child as long as it may run, then kills it.
void waitFor(pid_t child, unsigned seconds, Left &left) {
  int handle = int(::syscall(SYS_pidfd_open, child, 0));
  pollfd polled = {handle, POLLIN, 0};
  int ready = 0;
  do
    ready = ::poll(&polled, 1, int(seconds) * 1000);
  while (ready < 0 && errno == EINTR);
  if (ready == 0) {
    left.timedOut = true;
    ::kill(child, SIGKILL);
  }
  ::close(handle);
  while (::waitpid(child, &left.status, 0) < 0 && errno == EINTR) {
  }
}

Left runChild(const json &request, const RunLimits &limits) {
  Left left;
  MemoryFile job(request.dump()), output, errors;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output.descriptor, 1);
  ::posix_spawn_file_actions_adddup2(&actions, errors.descriptor, 2);
  ::posix_spawn_file_actions_adddup2(&actions, job.descriptor, 3);
  std::string words[] = {"heddle", jobArgument, "/proc/self/fd/3"};
  char *argv[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  pid_t child = -1;
  int failed =
      ::posix_spawn(&child, "/proc/self/exe", &actions, nullptr, argv, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed) {
    left.status = -1;
    left.errors = std::string("no child process: ") + std::strerror(failed);
    return left;
  }
  waitFor(child, limits.seconds, left);
  left.output = output.content();
  left.errors = errors.content();
  return left;
}

std::string lastLine(std::string text) {
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  size_t start = text.rfind('\n');
  return start == std::string::npos ? text : text.substr(start + 1);
}

/// The verdict of a child that has not answered as it should.
Verdict judge(const Left &left, const RunLimits &limits) {
  if (left.timedOut ||
      (WIFSIGNALED(left.status) && WTERMSIG(left.status) == SIGXCPU))
    return {Status::TimedOut,
            "took more than " + std::to_string(limits.seconds) + " s"};
  if (WIFSIGNALED(left.status))
    return {Status::Crashed, ::strsignal(WTERMSIG(left.status))};
  return {Status::Crashed, lastLine(left.errors)};
}

json limitsOf(const RunLimits &limits) {
  return {{"seconds", limits.seconds}, {"bytes", limits.bytes}};
}

void applyLimits(const json &limits) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  rlim_t bytes = limits.value("bytes", rlim_t(0));
  rlimit memory = {bytes, bytes}; // sanitizers reserve terabytes
  ::setrlimit(RLIMIT_AS, &memory);
#endif
  rlimit noCore = {0, 0};
  ::setrlimit(RLIMIT_CORE, &noCore);
}

int check(const json &request, const Checker &checker) {
  CheckJob job{request.value("artifact", ""),
               request.value("weights", ""),
               request.value("variant", ""),
               {},
               request.value("seed", 1u)};
  for (const json &size : request.value("sizes", json::array()))
    if (int code = checker(job, size.get<DimPoint>()))
      return code;
  return 0;
}

int time(const json &request) {
  TimeJob job{request.value("base", ""),    request.value("candidate", ""),
              request.value("variant", ""), request.value("dims", DimPoint()),
              request.value("pairs", 1u),   request.value("threads", 1u)};
  std::vector<double> base, candidate;
  std::string wrong = timePairs(job, base, candidate);
  if (!wrong.empty()) {
    std::fprintf(stderr, "error: %s\n", wrong.c_str());
    return 1;
  }
  std::string text = json{{"base", base}, {"candidate", candidate}}.dump();
  std::fwrite(text.data(), 1, text.size(), stdout);
  return std::fflush(stdout) == 0 ? 0 : 1;
}

} // namespace

Verdict runCheck(const CheckJob &job, const RunLimits &limits) {
  Left left = runChild({{"kind", "check"},
                        {"artifact", job.artifact},
                        {"weights", job.weights},
                        {"variant", job.variant},
                        {"sizes", job.sizes},
                        {"seed", job.seed},
                        {"limits", limitsOf(limits)}},
                       limits);
  if (left.timedOut || !WIFEXITED(left.status))
    return judge(left, limits);
  if (WEXITSTATUS(left.status) != 0)
    return {Status::Wrong, lastLine(left.errors)};
  return {};
}

Verdict runTime(const TimeJob &job, const RunLimits &limits,
                Comparison &result) {
  Left left = runChild({{"kind", "time"},
                        {"base", job.base},
                        {"candidate", job.candidate},
                        {"variant", job.variant},
                        {"dims", job.dims},
                        {"pairs", job.pairs},
                        {"threads", job.threads},
                        {"limits", limitsOf(limits)}},
                       limits);
  json answer = json::parse(left.output, nullptr, /*allow_exceptions=*/false);
  std::vector<double> base, candidate;
  if (!left.timedOut && left.status == 0 && answer.is_object()) {
    base = answer.value("base", base);
    candidate = answer.value("candidate", candidate);
  }
  if (base.empty() || base.size() != candidate.size())
    return judge(left, limits);
  result = compare(base, candidate);
  return {};
}

std::optional<int> runChildJob(int argc, char **argv, const Checker &checker) {
  if (argc != 3 || std::strcmp(argv[1], jobArgument) != 0)
    return std::nullopt;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL); // no child outlives a killed tuner
  std::ifstream file(argv[2]);
  json request = json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!request.is_object()) {
    std::fprintf(stderr, "error: '%s' is no job of a tuner\n", argv[2]);
    return 2;
  }
  applyLimits(request.value("limits", json::object()));
  return request.value("kind", "") == "check" ? check(request, checker)
                                              : time(request);
}

} // namespace heddle::tune
