// posix_spawn, memory files in, pipes out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/link/Child.h"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

using namespace heddle;
using namespace heddle::link;

namespace {
/// A descriptor that closes itself.
struct Descriptor {
  int fd = -1;
  Descriptor() = default;
  explicit Descriptor(int fd) : fd(fd) {}
  Descriptor(Descriptor &&other) noexcept : fd(other.fd) { other.fd = -1; }
  Descriptor &operator=(Descriptor &&other) noexcept {
    std::swap(fd, other.fd);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() {
    if (fd >= 0)
      ::close(fd);
    fd = -1;
  }
};

/// Descriptors that the child gets stay clear of those it gets them as.
constexpr int lowestOwn = 64;
constexpr int firstInput = 3;
} // namespace

static llvm::Error problem(const char *what) {
  return llvm::createStringError(
      std::error_code(errno, std::generic_category()),
      "the linker cannot be started: %s", what);
}

static llvm::Expected<Descriptor> memoryFile(llvm::StringRef bytes) {
  Descriptor low(memfd_create("heddle-link", MFD_CLOEXEC));
  if (low.fd < 0)
    return problem("no memory file");
  Descriptor file(fcntl(low.fd, F_DUPFD_CLOEXEC, lowestOwn));
  if (file.fd < 0)
    return problem("no free descriptor");
  while (!bytes.empty()) {
    ssize_t wrote = ::write(file.fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote <= 0)
      return problem("no memory for its input");
    bytes = bytes.drop_front(size_t(wrote));
  }
  if (lseek(file.fd, 0, SEEK_SET) != 0)
    return problem("no rewind");
  return file;
}

static llvm::Error makePipe(Descriptor &read, Descriptor &write) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return problem("no pipe");
  Descriptor lowRead(ends[0]), lowWrite(ends[1]);
  read = Descriptor(fcntl(ends[0], F_DUPFD_CLOEXEC, lowestOwn));
  write = Descriptor(fcntl(ends[1], F_DUPFD_CLOEXEC, lowestOwn));
  if (read.fd < 0 || write.fd < 0)
    return problem("no free descriptor");
  return llvm::Error::success();
}

/// Reads both pipes until the child closes them.
static void gather(Descriptor &output, Descriptor &errors,
                   ChildResult &result) {
  Descriptor *pipes[] = {&output, &errors};
  std::string *texts[] = {&result.output, &result.errors};
  std::vector<char> buffer(1 << 16);
  while (output.fd >= 0 || errors.fd >= 0) {
    // poll ignores negative descriptors.
    pollfd polled[] = {{output.fd, POLLIN, 0}, {errors.fd, POLLIN, 0}};
    if (poll(polled, 2, -1) < 0 && errno != EINTR)
      return;
    for (int i = 0; i < 2; ++i) {
      if (!(polled[i].revents & (POLLIN | POLLHUP | POLLERR)))
        continue;
      ssize_t got = read(pipes[i]->fd, buffer.data(), buffer.size());
      if (got > 0)
        texts[i]->append(buffer.data(), size_t(got));
      else if (got == 0 || errno != EINTR)
        pipes[i]->close();
    }
  }
}

llvm::Expected<ChildResult>
link::runChild(const char *job, const std::vector<llvm::StringRef> &inputs) {
  std::vector<Descriptor> files;
  for (llvm::StringRef input : inputs) {
    llvm::Expected<Descriptor> file = memoryFile(input);
    if (!file)
      return file.takeError();
    files.push_back(std::move(*file));
  }
  Descriptor outRead, outWrite, errRead, errWrite;
  if (llvm::Error error = makePipe(outRead, outWrite))
    return error;
  if (llvm::Error error = makePipe(errRead, errWrite))
    return error;

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, outWrite.fd, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errWrite.fd, STDERR_FILENO);
  for (size_t i = 0; i < files.size(); ++i)
    posix_spawn_file_actions_adddup2(&actions, files[i].fd,
                                     firstInput + int(i));
  std::string program = "/proc/self/exe", argument = job;
  char *argv[] = {program.data(), argument.data(), nullptr};
  pid_t child = -1;
  int failed =
      posix_spawn(&child, "/proc/self/exe", &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed) {
    errno = failed;
    return problem("no child process");
  }
  outWrite.close();
  errWrite.close();
  ChildResult result;
  gather(outRead, errRead, result);
  while (waitpid(child, &result.status, 0) < 0 && errno == EINTR)
    ;
  return result;
}
