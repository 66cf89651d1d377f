// O_TMPFILE and rename: a killed process leaves no half-written file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/link/ReplaceFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace heddle;
using namespace heddle::link;

llvm::Error ReplaceFile::problem(const char *what) const {
  std::error_code code(errno, std::generic_category());
  return llvm::createStringError(code, "cannot %s '%s': %s", what,
                                 target.c_str(), code.message().c_str());
}

/// A name beside the target that no other process or thread takes.
static std::string temporaryName(llvm::StringRef target) {
  static std::atomic<unsigned> counter{0};
  llvm::SmallString<128> name(llvm::sys::path::parent_path(target));
  llvm::sys::path::append(name, "." + llvm::sys::path::filename(target) + "." +
                                    llvm::Twine(getpid()) + "." +
                                    llvm::Twine(counter++) + ".tmp");
  return name.str().str();
}

static std::string folderOf(llvm::StringRef path) {
  llvm::StringRef folder = llvm::sys::path::parent_path(path);
  return folder.empty() ? "." : folder.str();
}

llvm::Expected<ReplaceFile> ReplaceFile::create(llvm::StringRef path) {
  llvm::SmallString<128> real;
  bool exists = !llvm::sys::fs::real_path(path, real);
  ReplaceFile file(exists ? real.str().str() : path.str());
  struct stat info;
  if (exists && stat(file.target.c_str(), &info) == 0 && !S_ISREG(info.st_mode))
    return llvm::createStringError(std::errc::invalid_argument,
                                   "cannot write '%s': not a regular file",
                                   file.target.c_str());
  constexpr mode_t mode = 0666; // less the umask
  file.fd =
      open(folderOf(file.target).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
  if (file.fd >= 0)
    return file;
  // Not every file system has nameless files (EOPNOTSUPP, EISDIR on old
  // kernels); for every other reason this open fails too, and says why.
  file.temporary = temporaryName(file.target);
  file.fd =
      open(file.temporary.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode);
  if (file.fd < 0)
    return file.problem("write");
  return file;
}

ReplaceFile::ReplaceFile(ReplaceFile &&other) noexcept
    : target(std::move(other.target)), temporary(std::move(other.temporary)),
      fd(other.fd) {
  other.fd = -1;
  other.temporary.clear();
}

ReplaceFile::~ReplaceFile() {
  if (fd >= 0)
    close(fd);
  if (!temporary.empty())
    unlink(temporary.c_str());
}

llvm::Error ReplaceFile::reserve(uint64_t size) {
  int error = size ? posix_fallocate(fd, 0, off_t(size)) : 0;
  if (!error)
    return llvm::Error::success();
  std::error_code code(error, std::generic_category());
  return llvm::createStringError(
      code, "cannot write '%s': %s (it takes %llu bytes)", target.c_str(),
      code.message().c_str(), static_cast<unsigned long long>(size));
}

llvm::Error ReplaceFile::write(uint64_t offset, const void *bytes,
                               size_t size) {
  const char *from = static_cast<const char *>(bytes);
  while (size > 0) {
    ssize_t wrote = pwrite(fd, from, size, off_t(offset));
    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote <= 0)
      return problem("write");
    from += wrote;
    offset += uint64_t(wrote);
    size -= size_t(wrote);
  }
  return llvm::Error::success();
}

llvm::Error ReplaceFile::commit(bool durable) {
  if (durable && fsync(fd) != 0)
    return problem("write");
  if (temporary.empty()) {
    std::string name = temporaryName(target);
    std::string own = "/proc/self/fd/" + std::to_string(fd);
    if (linkat(AT_FDCWD, own.c_str(), AT_FDCWD, name.c_str(),
               AT_SYMLINK_FOLLOW) != 0)
      return problem("name");
    temporary = name;
  }
  if (rename(temporary.c_str(), target.c_str()) != 0)
    return problem("replace");
  temporary.clear();
  if (durable) {
    // The name is durable once its folder is; a folder that cannot be synced
    // is no reason to call a complete file a failure.
    int folder = open(folderOf(target).c_str(), O_RDONLY | O_CLOEXEC);
    if (folder >= 0) {
      fsync(folder);
      close(folder);
    }
  }
  return llvm::Error::success();
}
