// Numbers the buffers and kernels of a host program and places the slots.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/HostToBuffers.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include <map>

using namespace mlir;
using namespace heddle;
using namespace heddle::lower;

uint32_t HostTables::kernelIndex(StringRef name) const {
  auto found = llvm::find(kernels, name);
  assert(found != kernels.end() && "every callee is numbered");
  return uint32_t(found - kernels.begin());
}

namespace {
class Tabulator {
public:
  explicit Tabulator(host::ProgramOp program) : program(program) {
    tables.dims = program.getDimRanges();
  }
  HostTables run();

private:
  shape::Dim bytesOf(Value buffer);
  uint32_t addBuffer(Value buffer, StringRef name, heddle_buffer_kind kind);
  void addWeight(host::WeightOp weight);
  void addEntry(host::EntryOp entry);
  void addOutput(HostEntry &entry, host::OutputOp output);
  void addKernel(StringRef name);
  void placeSlots(HostEntry &entry);
  Formula slotSize(const std::vector<shape::Dim> &uses);

  host::ProgramOp program;
  HostTables tables;
};
} // namespace

shape::Dim Tabulator::bytesOf(Value buffer) {
  host::BufferShape shape = host::bufferShape(buffer);
  return shape::elementCount(shape.extents) *
         shape::Dim(host::elementBytes(shape.element));
}

uint32_t Tabulator::addBuffer(Value buffer, StringRef name,
                              heddle_buffer_kind kind) {
  tables.buffers.push_back(
      {buffer.getDefiningOp(), name.str(), kind, host::bufferShape(buffer),
       dimFormula(bytesOf(buffer), tables.dims), Formula()});
  uint32_t index = uint32_t(tables.buffers.size() - 1);
  tables.bufferIndex.try_emplace(buffer, index);
  return index;
}

void Tabulator::addWeight(host::WeightOp weight) {
  uint32_t index =
      addBuffer(weight.getBuffer(), weight.getName(), HEDDLE_BUFFER_WEIGHT);
  uint64_t size = uint64_t(*bytesOf(weight.getBuffer()).constant());
  tables.buffers[index].place = constantFormula(int64_t(tables.weightsSize));
  tables.weightsSize += (size + HEDDLE_ALIGN - 1) / HEDDLE_ALIGN * HEDDLE_ALIGN;
}

void Tabulator::addKernel(StringRef name) {
  if (!llvm::is_contained(tables.kernels, name))
    tables.kernels.push_back(name.str());
}

/// The slot's own buffer becomes the output; a slot that is named twice gets
/// a second buffer at the same place.
void Tabulator::addOutput(HostEntry &entry, host::OutputOp output) {
  uint32_t index = tables.bufferIndex.lookup(output.getBuffer());
  if (tables.buffers[index].kind != HEDDLE_BUFFER_SLOT)
    index = addBuffer(output.getBuffer(), "", HEDDLE_BUFFER_SLOT);
  tables.buffers[index].kind = HEDDLE_BUFFER_OUTPUT;
  tables.buffers[index].name = output.getName().str();
  entry.outputs.push_back(index);
}

/// The largest of several sizes, without those that another one covers.
Formula Tabulator::slotSize(const std::vector<shape::Dim> &uses) {
  std::vector<shape::Dim> kept;
  for (const shape::Dim &use : uses) {
    auto covers = [&](const shape::Dim &other) {
      return shape::provablyAtMost(use, other, tables.dims);
    };
    if (llvm::any_of(kept, covers))
      continue;
    llvm::erase_if(kept, [&](const shape::Dim &other) {
      return shape::provablyAtMost(other, use, tables.dims);
    });
    kept.push_back(use);
  }
  Formula size;
  for (const shape::Dim &use : kept)
    size = max(size, dimFormula(use, tables.dims));
  return align(size, HEDDLE_ALIGN);
}

void Tabulator::placeSlots(HostEntry &entry) {
  std::map<int64_t, std::vector<shape::Dim>> sizes; // by slot id
  for (host::SlotOp slot : entry.op.getBlock().getOps<host::SlotOp>())
    sizes[slot.getId()].push_back(bytesOf(slot.getBuffer()));
  std::map<int64_t, Formula> places;
  for (const auto &[id, uses] : sizes) {
    places[id] = entry.arena;
    entry.arena = add(entry.arena, slotSize(uses));
  }
  for (HostBuffer &buffer : tables.buffers)
    if (auto slot = dyn_cast<host::SlotOp>(buffer.op))
      if (slot->getParentOp() == entry.op)
        buffer.place = places[slot.getId()];
}

void Tabulator::addEntry(host::EntryOp op) {
  HostEntry entry{op, {}, {}, {}, {}};
  for (Operation &inner : op.getBlock())
    llvm::TypeSwitch<Operation *>(&inner)
        .Case([&](host::InputOp input) {
          entry.inputs.push_back(addBuffer(input.getBuffer(), input.getName(),
                                           HEDDLE_BUFFER_INPUT));
        })
        .Case([&](host::SlotOp slot) {
          addBuffer(slot.getBuffer(), "", HEDDLE_BUFFER_SLOT);
        })
        .Case([&](host::DispatchOp dispatch) {
          entry.dispatches.push_back(dispatch);
          addKernel(dispatch.getCallee());
          for (const host::DispatchOp::Choice &choice : dispatch.getChoices())
            addKernel(choice.callee.getValue());
        });
  for (host::OutputOp output : op.getBlock().getOps<host::OutputOp>())
    addOutput(entry, output);
  placeSlots(entry);
  tables.entries.push_back(std::move(entry));
}

HostTables Tabulator::run() {
  for (host::WeightOp weight : program.getBlock().getOps<host::WeightOp>())
    addWeight(weight);
  for (host::EntryOp entry : program.getBlock().getOps<host::EntryOp>())
    addEntry(entry);
  return std::move(tables);
}

HostTables lower::tabulateHost(host::ProgramOp program) {
  return Tabulator(program).run();
}
