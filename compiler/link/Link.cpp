// The parent's side packs the objects into one archive and checks what came
// back; the child's side runs lld on it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/link/Link.h"

#include "compiler/link/Child.h"
#include "heddle/artifact.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/raw_ostream.h"
#include <csignal>
#include <cstring>
#include <sys/wait.h>

LLD_HAS_DRIVER(elf)

using namespace heddle;
using namespace heddle::link;

static constexpr const char *jobArgument = "--heddle-link-job";
static constexpr const char *versionScript =
    "{ global: " HEDDLE_TABLE_SYMBOL "; local: *; };\n";

/// What code may take from the process that loads it. Everything else is an
/// artefact's own or an expression of ours.
static constexpr llvm::StringLiteral libcSymbols[] = {
    "memcpy", "memmove", "memset", "memcmp", "snprintf"};

//===-- Child -------------------------------------------------------------===//

std::optional<int> link::runLinkJob(int argc, char **argv) {
  if (argc != 2 || std::strcmp(argv[1], jobArgument) != 0)
    return std::nullopt;
  // No build id, one thread, no path of this machine: equal inputs give equal
  // bytes. The output goes to the parent through standard output.
  const char *args[] = {"ld.lld",
                        "-shared",
                        "--gc-sections",
                        "--build-id=none",
                        "--hash-style=gnu",
                        "--threads=1",
                        "--fatal-warnings",
                        "-z",
                        "now",
                        "-z",
                        "relro",
                        "--version-script=/proc/self/fd/4",
                        "--whole-archive",
                        "/proc/self/fd/3",
                        "-o",
                        "-"};
  lld::Result result = lld::lldMain(args, llvm::outs(), llvm::errs(),
                                    {{lld::Gnu, &lld::elf::link}});
  llvm::outs().flush();
  llvm::errs().flush();
  // lld has said what it must; its threads and caches need no tidying.
  _exit(result.retCode);
}

//===-- Parent ------------------------------------------------------------===//

static llvm::Error fail(const llvm::Twine &message) {
  return llvm::createStringError(message);
}

static llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
packArchive(llvm::ArrayRef<ObjectFile> objects) {
  std::vector<llvm::NewArchiveMember> members;
  for (const ObjectFile &object : objects)
    members.emplace_back(llvm::MemoryBufferRef(object.bytes, object.name));
  return llvm::writeArchiveToBuffer(members, llvm::SymtabWritingMode::NoSymtab,
                                    llvm::object::Archive::K_GNU,
                                    /*Deterministic=*/true, /*Thin=*/false);
}

/// The first object that refers to `symbol`.
static std::string userOf(llvm::ArrayRef<ObjectFile> objects,
                          llvm::StringRef symbol) {
  for (const ObjectFile &object : objects) {
    auto parsed = llvm::object::ObjectFile::createELFObjectFile(
        llvm::MemoryBufferRef(object.bytes, object.name));
    if (!parsed) {
      llvm::consumeError(parsed.takeError());
      continue;
    }
    for (const llvm::object::ELFSymbolRef &one :
         llvm::cast<llvm::object::ELFObjectFileBase>(**parsed).symbols()) {
      llvm::Expected<llvm::StringRef> name = one.getName();
      if (name && *name == symbol)
        return object.name;
      if (!name)
        llvm::consumeError(name.takeError());
    }
  }
  return "an object";
}

/// One exported symbol, and nothing needed but libc.
static llvm::Error checkSymbols(llvm::StringRef elf,
                                llvm::ArrayRef<ObjectFile> objects) {
  auto parsed = llvm::object::ObjectFile::createELFObjectFile(
      llvm::MemoryBufferRef(elf, "the linked code"));
  if (!parsed)
    return parsed.takeError();
  bool exported = false;
  for (const llvm::object::ELFSymbolRef &symbol :
       llvm::cast<llvm::object::ELFObjectFileBase>(**parsed)
           .getDynamicSymbolIterators()) {
    llvm::Expected<llvm::StringRef> name = symbol.getName();
    llvm::Expected<uint32_t> flags = symbol.getFlags();
    if (!name || !flags)
      return llvm::joinErrors(name.takeError(), flags.takeError());
    if (*flags & llvm::object::SymbolRef::SF_Undefined) {
      if (!name->empty() && !llvm::is_contained(libcSymbols, *name))
        return fail(userOf(objects, *name) + " needs '" + *name +
                    "', which an artefact does not provide");
    } else if (*name != HEDDLE_TABLE_SYMBOL) {
      return fail("the linked code exports '" + *name + "'");
    } else {
      exported = true;
    }
  }
  if (!exported)
    return fail("no object defines '" HEDDLE_TABLE_SYMBOL "'");
  return llvm::Error::success();
}

/// lld's messages without the names of its descriptors.
static std::string cleanErrors(llvm::StringRef text) {
  std::string clean;
  llvm::SmallVector<llvm::StringRef> lines;
  text.split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef line : lines) {
    line.consume_front("ld.lld: ");
    line.consume_front("error: ");
    std::string one = line.str();
    while (size_t at = one.find("/proc/self/fd/3") + 1)
      one.erase(at - 1, std::strlen("/proc/self/fd/3"));
    clean += (clean.empty() ? "" : "\n") + one;
  }
  return clean;
}

llvm::Expected<std::string>
link::linkObjects(llvm::ArrayRef<ObjectFile> objects) {
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> archive =
      packArchive(objects);
  if (!archive)
    return archive.takeError();
  llvm::Expected<ChildResult> child =
      runChild(jobArgument, {(*archive)->getBuffer(), versionScript});
  if (!child)
    return child.takeError();
  if (WIFSIGNALED(child->status))
    return fail(llvm::Twine("linking failed: the linker was ended by ") +
                strsignal(WTERMSIG(child->status)));
  if (child->status != 0)
    return fail("linking failed: " + cleanErrors(child->errors));
  if (llvm::Error error = checkSymbols(child->output, objects))
    return error;
  return std::move(child->output);
}
