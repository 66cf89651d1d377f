// Lays the parts out, hashes them, and fills in the build id and the footer.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/link/ArtifactWriter.h"

#include "compiler/link/ReplaceFile.h"
#include "heddle/artifact.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>
#include <vector>

using namespace heddle;
using namespace heddle::link;

namespace {
/// Writes and hashes the weights section through one buffer, whose size is a
/// multiple of the hash's words.
class HashingSink final : public WeightsSink {
public:
  HashingSink(ReplaceFile &file, uint64_t start, uint64_t size)
      : file(file), start(start), size(size) {
    buffer.reserve(bufferBytes);
  }
  bool append(const void *bytes, size_t count) override;
  bool padTo(uint64_t offset) override;
  /// Fills the section up and gives its hash.
  llvm::Expected<uint64_t> finish();
  /// The error to report when the producer fails too: where a write failed,
  /// that is why the producer could not go on.
  llvm::Error explain(llvm::Error producer);

private:
  static constexpr size_t bufferBytes = size_t(1) << 20;
  bool flush();
  bool fail(llvm::Error problem);

  ReplaceFile &file;
  uint64_t start, size;
  uint64_t written = 0; ///< buffered bytes included
  uint64_t hash = HEDDLE_HASH_SEED;
  std::vector<char> buffer;
  bool failed = false;
  llvm::Error error = llvm::Error::success();
};
} // namespace

bool HashingSink::fail(llvm::Error problem) {
  if (failed) {
    llvm::consumeError(std::move(problem));
    return false;
  }
  failed = true;
  error = llvm::joinErrors(std::move(error), std::move(problem));
  return false;
}

bool HashingSink::flush() {
  hash = heddle_hash(hash, buffer.data(), buffer.size());
  uint64_t place = start + written - buffer.size();
  llvm::Error problem = file.write(place, buffer.data(), buffer.size());
  buffer.clear();
  if (problem)
    return fail(std::move(problem));
  return true;
}

bool HashingSink::append(const void *bytes, size_t count) {
  if (failed)
    return false;
  if (count > size - written)
    return fail(llvm::createStringError(
        std::errc::invalid_argument,
        "the weights take more than their section's %llu bytes",
        static_cast<unsigned long long>(size)));
  const char *from = static_cast<const char *>(bytes);
  while (count > 0) {
    size_t step = std::min(count, bufferBytes - buffer.size());
    buffer.insert(buffer.end(), from, from + step);
    written += step;
    from += step;
    count -= step;
    if (buffer.size() == bufferBytes && !flush())
      return false;
  }
  return true;
}

bool HashingSink::padTo(uint64_t offset) {
  static constexpr char zeros[4096] = {};
  if (!failed && offset < written)
    return fail(llvm::createStringError(
        std::errc::invalid_argument,
        "a weight at byte %llu overlaps the one before it",
        static_cast<unsigned long long>(offset)));
  while (!failed && written < offset)
    append(zeros, size_t(std::min<uint64_t>(sizeof(zeros), offset - written)));
  return !failed;
}

llvm::Expected<uint64_t> HashingSink::finish() {
  if (padTo(size))
    flush();
  if (failed)
    return std::move(error);
  llvm::consumeError(std::move(error));
  return hash;
}

llvm::Error HashingSink::explain(llvm::Error producer) {
  if (failed) {
    llvm::consumeError(std::move(producer));
    return std::move(error);
  }
  llvm::consumeError(std::move(error));
  return producer;
}

/// Where in the ELF file the exported table keeps its build id.
static llvm::Expected<uint64_t> buildIdPlace(llvm::StringRef code) {
  auto elf = llvm::object::ELFFile<llvm::object::ELF64LE>::create(code);
  if (!elf)
    return elf.takeError();
  auto sections = elf->sections();
  if (!sections)
    return sections.takeError();
  for (const auto &section : *sections) {
    if (section.sh_type != llvm::ELF::SHT_DYNSYM)
      continue;
    auto symbols = elf->symbols(&section);
    auto names = elf->getStringTableForSymtab(section);
    if (!symbols || !names)
      return llvm::joinErrors(symbols.takeError(), names.takeError());
    for (const auto &symbol : *symbols) {
      llvm::Expected<llvm::StringRef> name = symbol.getName(*names);
      if (!name)
        return name.takeError();
      if (*name != HEDDLE_TABLE_SYMBOL)
        continue;
      auto mapped = elf->toMappedAddr(symbol.st_value);
      if (!mapped)
        return mapped.takeError();
      uint64_t place =
          uint64_t(*mapped - elf->base()) + offsetof(heddle_artifact, build_id);
      if (place + sizeof(uint64_t) <= code.size())
        return place;
    }
  }
  return llvm::createStringError(std::errc::invalid_argument,
                                 "the code has no '" HEDDLE_TABLE_SYMBOL "'");
}

static uint64_t hashOf(llvm::StringRef bytes,
                       uint64_t seed = HEDDLE_HASH_SEED) {
  return heddle_hash(seed, bytes.data(), bytes.size());
}

/// Code and metadata still have a build id of 0 here.
static llvm::Expected<uint64_t> setBuildId(ArtifactParts &parts,
                                           uint64_t weightsHash) {
  llvm::Expected<uint64_t> place = buildIdPlace(parts.code);
  if (!place)
    return place.takeError();
  uint64_t hashes[] = {hashOf(parts.code), hashOf(parts.metadata), weightsHash};
  uint64_t id = heddle_hash(HEDDLE_HASH_SEED, hashes, sizeof(hashes));
  std::memcpy(parts.code.data() + *place, &id, sizeof(id));
  std::memcpy(parts.metadata.data() + offsetof(heddle_meta_header, build_id),
              &id, sizeof(id));
  return id;
}

static llvm::Expected<uint64_t> writeWeights(ReplaceFile &file,
                                             const heddle_footer &footer,
                                             const ArtifactParts &parts) {
  HashingSink sink(file, footer.weights_offset, footer.weights_size);
  if (parts.writeWeights)
    if (llvm::Error error = parts.writeWeights(sink))
      return sink.explain(std::move(error));
  return sink.finish();
}

static heddle_footer layOut(const ArtifactParts &parts) {
  heddle_footer footer{};
  footer.magic = HEDDLE_FOOTER_MAGIC;
  footer.version = HEDDLE_ARTIFACT_VERSION;
  footer.struct_size = HEDDLE_FOOTER_BYTES;
  footer.code_size = parts.code.size();
  footer.metadata_offset = llvm::alignTo(footer.code_size, HEDDLE_ALIGN);
  footer.metadata_size = parts.metadata.size();
  footer.weights_offset =
      llvm::alignTo(footer.metadata_offset + footer.metadata_size, HEDDLE_PAGE);
  footer.weights_size = parts.weightsSize;
  uint64_t end =
      llvm::alignTo(footer.weights_offset + footer.weights_size, HEDDLE_ALIGN);
  footer.file_size = end + HEDDLE_FOOTER_BYTES;
  return footer;
}

llvm::Expected<ArtifactInfo> link::writeArtifact(llvm::StringRef path,
                                                 ArtifactParts &parts) {
  static_assert(sizeof(heddle_footer) == HEDDLE_FOOTER_BYTES);
  heddle_footer footer = layOut(parts);
  llvm::Expected<ReplaceFile> file = ReplaceFile::create(path);
  if (!file)
    return file.takeError();
  if (llvm::Error error = file->reserve(footer.file_size))
    return error;
  llvm::Expected<uint64_t> weights = writeWeights(*file, footer, parts);
  if (!weights)
    return weights.takeError();
  footer.weights_hash = *weights;
  llvm::Expected<uint64_t> id = setBuildId(parts, *weights);
  if (!id)
    return id.takeError();
  footer.code_hash = hashOf(parts.code);
  footer.metadata_hash = hashOf(parts.metadata);
  footer.footer_hash = heddle_hash(HEDDLE_HASH_SEED, &footer,
                                   offsetof(heddle_footer, footer_hash));
  if (llvm::Error error = file->write(0, parts.code.data(), parts.code.size()))
    return error;
  if (llvm::Error error = file->write(
          footer.metadata_offset, parts.metadata.data(), parts.metadata.size()))
    return error;
  if (llvm::Error error = file->write(footer.file_size - sizeof(footer),
                                      &footer, sizeof(footer)))
    return error;
  if (llvm::Error error = file->commit(/*durable=*/true))
    return error;
  return ArtifactInfo{footer.file_size, *id};
}
