// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tile load keeps its lines in the first level, where those of an operand
// that is read once push out those of the other one, which the next tiles read
// again: 512 by 512 by 512 of bf16 take 0.164 ms so, and 0.131 where the loads
// of the former are tileloaddt1.

#include "compiler/translate/Kernel.h"

#include "llvm-c/Disassembler.h"
#include "llvm-c/Target.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace heddle::translate {

namespace {

/// Gives the hint to the loads of one operand. A product names its operands,
/// and the load before it in the text fills them: in our loops both stand in
/// one block.
class HintTileLoads {
public:
  explicit HintTileLoads(bool isRight) : isRight(isRight) {}

  void see(StringRef text, MutableArrayRef<uint8_t> code) {
    // Prefix of three bytes, opcode, registers.
    constexpr uint8_t threeBytes = 0xc4, last = tiles - 1;
    if (code.size() <= registersAt || code[0] != threeBytes)
      return;
    uint8_t first = code[registersAt] >> 3 & last;
    uint8_t left = code[registersAt] & last;
    uint8_t right = ~code[prefixAt] >> 3 & last;
    if (text.starts_with("tileloadd\t"))
      loads[first] = code;
    else if (text.starts_with("tdp"))
      hint(loads[isRight ? right : left]);
  }

private:
  static constexpr size_t tiles = 8, prefixAt = 2, registersAt = 4;

  /// The prefix f2 becomes 66.
  static void hint(MutableArrayRef<uint8_t> load) {
    constexpr uint8_t mask = 3, again = 3, once = 1;
    if (!load.empty() && (load[prefixAt] & mask) == again)
      load[prefixAt] = (load[prefixAt] & ~mask) | once;
  }

  bool isRight;
  MutableArrayRef<uint8_t> loads[tiles]; ///< the last one of each register
};

void patchCode(MutableArrayRef<uint8_t> code, const PassingOperands &passing) {
  LLVMDisasmContextRef reader =
      LLVMCreateDisasm("x86_64-linux", nullptr, 0, nullptr, nullptr);
  HintTileLoads tiles(passing.right);
  char text[128];
  for (size_t at = 0; reader && at < code.size();) {
    size_t size = LLVMDisasmInstruction(
        reader, code.data() + at, code.size() - at, at, text, sizeof(text));
    if (size == 0)
      break; // data in code: there is none in Halide's
    StringRef instruction = StringRef(text).trim();
    tiles.see(instruction, code.slice(at, size));
    at += size;
  }
  if (reader)
    LLVMDisasmDispose(reader);
}

} // namespace

Error hintTileLoads(StringRef path, const PassingOperands &passing) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86Disassembler();
  ErrorOr<std::unique_ptr<MemoryBuffer>> file =
      MemoryBuffer::getFile(path, /*IsText=*/false,
                            /*RequiresNullTerminator=*/false);
  if (!file)
    return errorCodeToError(file.getError());
  Expected<std::unique_ptr<object::ObjectFile>> object =
      object::ObjectFile::createELFObjectFile((*file)->getMemBufferRef());
  if (!object)
    return object.takeError();
  std::vector<uint8_t> bytes((*file)->getBufferStart(),
                             (*file)->getBufferEnd());
  for (const object::ELFSectionRef section : (*object)->sections())
    if (section.isText())
      patchCode(
          MutableArrayRef(bytes).slice(section.getOffset(), section.getSize()),
          passing);
  // Not through a mapping: a full disk would be a signal.
  std::error_code wrong;
  raw_fd_ostream out(path, wrong);
  if (!wrong) {
    out.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    out.close();
    wrong = out.error();
    out.clear_error();
  }
  return errorCodeToError(wrong);
}

} // namespace heddle::translate
