// Whole files by POSIX calls, with worded errors.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/io/File.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace heddle::io {
namespace {

Error systemError(const std::string &path, const char *what) {
  return Error{path + ": " + what + ": " + std::strerror(errno)};
}

/// Closes a file descriptor at the end of a scope.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd > 2)
      ::close(fd);
  }
};

bool writeAll(int fd, const uint8_t *data, size_t size) {
  while (size > 0) {
    ssize_t written = ::write(fd, data, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    data += written;
    size -= size_t(written);
  }
  return true;
}

} // namespace

Result<std::shared_ptr<MappedFile>> MappedFile::open(const std::string &path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0)
    return systemError(path, "cannot open");
  struct stat info;
  if (::fstat(file.fd, &info) != 0)
    return systemError(path, "cannot stat");
  if (!S_ISREG(info.st_mode))
    return Error{path + ": is not a regular file"};
  size_t length = size_t(info.st_size);
  void *bytes = nullptr;
  if (length > 0) {
    bytes = ::mmap(nullptr, length, PROT_READ, MAP_SHARED, file.fd, 0);
    if (bytes == MAP_FAILED)
      return systemError(path, "cannot map");
  }
  return std::shared_ptr<MappedFile>(
      new MappedFile(static_cast<const uint8_t *>(bytes), length));
}

MappedFile::~MappedFile() {
  if (bytes)
    ::munmap(const_cast<uint8_t *>(bytes), length);
}

Result<std::vector<uint8_t>> readFile(const std::string &path) {
  bool isStream = path == "-";
  Descriptor file{isStream ? 0 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0)
    return systemError(path, "cannot open");
  std::vector<uint8_t> bytes;
  constexpr size_t chunk = size_t(1) << 16;
  for (;;) {
    size_t have = bytes.size();
    bytes.resize(have + chunk);
    ssize_t got = ::read(file.fd, bytes.data() + have, chunk);
    bytes.resize(have + (got > 0 ? size_t(got) : 0));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return systemError(path, "cannot read");
    if (got == 0)
      return bytes;
  }
}

Status writeFile(const std::string &path, const void *data, size_t size) {
  const uint8_t *bytes = static_cast<const uint8_t *>(data);
  if (path == "-") {
    if (!writeAll(1, bytes, size))
      return systemError("standard output", "cannot write");
    return Done{};
  }
  struct stat info;
  bool isNew = ::lstat(path.c_str(), &info) != 0;
  Descriptor file{
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
  if (file.fd < 0)
    return systemError(path, "cannot open for writing");
  if (!writeAll(file.fd, bytes, size)) {
    Error error = systemError(path, "cannot write");
    if (isNew)
      ::unlink(path.c_str());
    return error;
  }
  return Done{};
}

} // namespace heddle::io
