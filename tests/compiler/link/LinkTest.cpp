// What the linker makes, and what it refuses.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/link/Support.h"

#include "heddle/artifact.h"
#include "llvm/Object/ELFObjectFile.h"
#include <gtest/gtest.h>

using namespace heddle;
using namespace heddle::test;

static std::string errorOf(llvm::ArrayRef<link::ObjectFile> objects) {
  llvm::Expected<std::string> code = link::linkObjects(objects);
  if (code)
    return "no error";
  return llvm::toString(code.takeError());
}

TEST(Link, ExportsTheTableAlone) {
  Tiny tiny = makeTiny();
  auto elf = llvm::object::ObjectFile::createELFObjectFile(
      llvm::MemoryBufferRef(tiny.code, "code"));
  ASSERT_TRUE(bool(elf));
  std::vector<std::string> defined, needed;
  for (const llvm::object::ELFSymbolRef &symbol :
       llvm::cast<llvm::object::ELFObjectFileBase>(**elf)
           .getDynamicSymbolIterators()) {
    std::string name = symbol.getName()->str();
    bool undefined = *symbol.getFlags() & llvm::object::SymbolRef::SF_Undefined;
    (undefined ? needed : defined).push_back(name);
  }
  EXPECT_EQ(defined, std::vector<std::string>{HEDDLE_TABLE_SYMBOL});
  EXPECT_EQ(needed, std::vector<std::string>{"snprintf"});
  // Unused glue is gone: nothing calls this one.
  EXPECT_EQ(tiny.code.find("the storage bound"), std::string::npos);
}

TEST(Link, EqualObjectsGiveEqualBytes) {
  EXPECT_EQ(makeTiny().code, makeTiny().code);
}

TEST(Link, NamesAMissingKernel) {
  std::vector<link::ObjectFile> objects = tinyObjects();
  objects.pop_back();
  std::string error = errorOf(objects);
  EXPECT_NE(error.find("undefined hidden symbol: heddle_k0_two"),
            std::string::npos)
      << error;
}

TEST(Link, NamesADoubledKernel) {
  std::vector<link::ObjectFile> objects = tinyObjects();
  objects.push_back({"copy.o", objects.back().bytes});
  std::string error = errorOf(objects);
  EXPECT_NE(error.find("duplicate symbol: heddle_k0_two"), std::string::npos)
      << error;
  EXPECT_NE(error.find("copy.o"), std::string::npos) << error;
}

TEST(Link, RefusesWhatIsNoObject) {
  std::string error = errorOf({{"k0.o", "this is no object"}});
  EXPECT_NE(error.find("linking failed: "), std::string::npos) << error;
}

TEST(Link, RefusesASymbolThatNoArtefactProvides) {
  std::vector<link::ObjectFile> objects = tinyObjects();
  objects.push_back({"stray.o", readText(STRAY)});
  EXPECT_EQ(errorOf(objects),
            "stray.o needs 'sinf', which an artefact does not provide");
}

TEST(Link, RefusesCodeWithoutATable) {
  std::vector<link::ObjectFile> objects = {{"stray.o", readText(STRAY)}};
  EXPECT_NE(errorOf(objects).find("heddle_artifact"), std::string::npos)
      << errorOf(objects);
}
