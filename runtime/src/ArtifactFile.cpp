// Footer, hashes and ELF bounds of an artefact's file.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/ArtifactFile.h"

#include "runtime/src/Hash.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace heddle::runtime {
namespace {

/// A read-only mapping of part of a file for the length of a scope.
class Window {
public:
  Window(int fd, uint64_t offset, uint64_t size) {
    uint64_t lead = offset % HEDDLE_PAGE;
    length = size_t(size + lead);
    base = ::mmap(nullptr, length, PROT_READ, MAP_SHARED, fd,
                  off_t(offset - lead));
    if (base != MAP_FAILED)
      bytes = static_cast<const uint8_t *>(base) + lead;
  }
  ~Window() {
    if (bytes)
      ::munmap(base, length);
  }
  Window(const Window &) = delete;
  Window &operator=(const Window &) = delete;

  const uint8_t *bytes = nullptr;

private:
  void *base;
  size_t length;
};

#if defined(__x86_64__)
constexpr uint16_t hostMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t hostMachine = EM_AARCH64;
#else
constexpr uint16_t hostMachine = EM_NONE;
#endif

/// Checks that the loader will not look outside `size` bytes. Returns what is
/// wrong, or NULL.
const char *checkElf(const uint8_t *bytes, uint64_t size) {
  Elf64_Ehdr header;
  if (size < sizeof(header))
    return "is too short";
  std::memcpy(&header, bytes, sizeof(header));
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_type != ET_DYN)
    return "is no 64-bit ELF shared object";
  if (header.e_machine != hostMachine)
    return "is for another processor architecture";
  uint64_t tableBytes = uint64_t(header.e_phnum) * sizeof(Elf64_Phdr);
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 ||
      header.e_phoff > size || tableBytes > size - header.e_phoff)
    return "has its program headers outside the file";
  for (uint32_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, bytes + header.e_phoff + i * sizeof(segment),
                sizeof(segment));
    if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset)
      return "has a segment outside the file";
    if (segment.p_type == PT_LOAD && segment.p_filesz > segment.p_memsz)
      return "has a segment larger in the file than in memory";
  }
  return nullptr;
}

} // namespace

ArtifactFile::~ArtifactFile() {
  if (fd >= 0)
    ::close(fd);
}

Outcome ArtifactFile::fail(heddle_status status,
                           const std::string &text) const {
  return failure(status, name + ": " + text);
}

Outcome ArtifactFile::systemFailure(const char *what) const {
  return fail(HEDDLE_IO_ERROR, std::string(what) + ": " + std::strerror(errno));
}

Outcome ArtifactFile::readAt(uint64_t offset, void *data, size_t size) const {
  uint8_t *bytes = static_cast<uint8_t *>(data);
  while (size > 0) {
    ssize_t got = ::pread(fd, bytes, size, off_t(offset));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return systemFailure("cannot read");
    if (got == 0)
      return fail(HEDDLE_BAD_ARTIFACT, "was cut short while it was read");
    bytes += got;
    offset += uint64_t(got);
    size -= size_t(got);
  }
  return success();
}

Outcome ArtifactFile::open(const std::string &path) {
  name = path;
  fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return systemFailure("cannot open");
  struct stat info;
  if (::fstat(fd, &info) != 0)
    return systemFailure("cannot stat");
  if (!S_ISREG(info.st_mode))
    return fail(HEDDLE_IO_ERROR, "is not a regular file");
  Outcome outcome = checkFooter(uint64_t(info.st_size));
  if (!outcome)
    return outcome;
  block.resize(size_t(foot.metadata_size + 7) / 8);
  outcome =
      readAt(foot.metadata_offset, block.data(), size_t(foot.metadata_size));
  if (!outcome)
    return outcome;
  if (hashBytes(block.data(), size_t(foot.metadata_size)) != foot.metadata_hash)
    return fail(HEDDLE_BAD_ARTIFACT, "its metadata does not match its hash");
  outcome =
      Metadata::check(reinterpret_cast<const uint8_t *>(block.data()),
                      size_t(foot.metadata_size), foot.weights_size, meta);
  return outcome ? success() : fail(outcome.status, outcome.text);
}

Outcome ArtifactFile::checkFooter(uint64_t fileSize) {
  if (fileSize < HEDDLE_FOOTER_BYTES)
    return fail(HEDDLE_BAD_ARTIFACT, "is no heddle artefact: has " +
                                         std::to_string(fileSize) + " bytes");
  uint64_t end = fileSize - HEDDLE_FOOTER_BYTES;
  Outcome outcome = readAt(end, &foot, sizeof(foot));
  if (!outcome)
    return outcome;
  if (foot.magic != HEDDLE_FOOTER_MAGIC)
    return fail(HEDDLE_BAD_ARTIFACT,
                "is no heddle artefact or is cut short: no footer at its end");
  if (foot.version != HEDDLE_ARTIFACT_VERSION)
    return fail(HEDDLE_UNSUPPORTED,
                "is of artefact version " + std::to_string(foot.version) +
                    "; this runtime reads version " +
                    std::to_string(HEDDLE_ARTIFACT_VERSION));
  if (foot.struct_size != HEDDLE_FOOTER_BYTES ||
      hashBytes(&foot, offsetof(heddle_footer, footer_hash)) !=
          foot.footer_hash)
    return fail(HEDDLE_BAD_ARTIFACT, "its footer does not match its hash");
  if (foot.file_size != fileSize)
    return fail(HEDDLE_BAD_ARTIFACT,
                "has " + std::to_string(fileSize) + " bytes, not the " +
                    std::to_string(foot.file_size) + " it was written with");
  bool isOrdered =
      foot.code_size <= foot.metadata_offset && foot.metadata_offset <= end &&
      foot.metadata_size <= UINT32_MAX &&
      foot.metadata_size <= end - foot.metadata_offset &&
      foot.weights_offset <= end &&
      foot.metadata_offset + foot.metadata_size <= foot.weights_offset &&
      foot.weights_size <= end - foot.weights_offset &&
      foot.metadata_offset % HEDDLE_ALIGN == 0 &&
      foot.weights_offset % HEDDLE_PAGE == 0;
  if (!isOrdered)
    return fail(HEDDLE_BAD_ARTIFACT,
                "its footer's sizes contradict each other");
  return success();
}

Outcome ArtifactFile::checkCode() const {
  if (foot.code_size == 0)
    return fail(HEDDLE_BAD_ARTIFACT, "its code is too short");
  Window window(fd, 0, foot.code_size);
  if (!window.bytes)
    return systemFailure("cannot map");
  if (hashBytes(window.bytes, size_t(foot.code_size)) != foot.code_hash)
    return fail(HEDDLE_BAD_ARTIFACT, "its code does not match its hash");
  if (const char *wrong = checkElf(window.bytes, foot.code_size))
    return fail(HEDDLE_BAD_ARTIFACT, std::string("its code ") + wrong);
  return success();
}

Outcome ArtifactFile::checkWeights() const {
  uint64_t hash = HEDDLE_HASH_SEED;
  if (foot.weights_size > 0) {
    Window window(fd, foot.weights_offset, foot.weights_size);
    if (!window.bytes)
      return systemFailure("cannot map");
    hash = hashBytes(window.bytes, size_t(foot.weights_size));
  }
  if (hash != foot.weights_hash)
    return fail(HEDDLE_BAD_ARTIFACT, "its weights do not match their hash");
  return success();
}

} // namespace heddle::runtime
