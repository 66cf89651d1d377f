// Sizes that are checked are ragged, in range and affordable; the processor is
// read.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Sizes.h"
#include "compiler/tune/Processor.h"
#include "compiler/tune/Session.h"
#include <gtest/gtest.h>

using namespace heddle;
using namespace heddle::tune;

namespace {

const std::vector<pipeline::DimInfo> dims = {{"batch", "", 1, 64},
                                             {"seq", "", 2, 512}};

std::vector<int64_t> seqs(const std::vector<DimPoint> &sizes) {
  std::vector<int64_t> values;
  for (const DimPoint &size : sizes) {
    EXPECT_EQ(size.at("batch"), 1);
    values.push_back(size.at("seq"));
  }
  return values;
}

double cheap(const DimPoint &) { return 1; }

} // namespace

TEST(RaggedSizes, AreAroundTheKnobsAlongTheWidestDim) {
  std::vector<DimPoint> sizes =
      raggedSizes(dims, {"batch", "seq"}, {{"rows", 8}}, cheap);
  EXPECT_EQ(seqs(sizes), (std::vector<int64_t>{2, 7, 8, 9, 13, 17, 67}));
}

TEST(RaggedSizes, StayInTheRange) {
  std::vector<DimPoint> sizes =
      raggedSizes({{"batch", "", 1, 3}}, {"batch"}, {{"rows", 8}}, cheap);
  std::vector<int64_t> values;
  for (const DimPoint &size : sizes)
    values.push_back(size.at("batch"));
  EXPECT_EQ(values, (std::vector<int64_t>{1, 3}));
}

TEST(RaggedSizes, LeaveOutWhatTheReferenceTakesTooLongFor) {
  auto work = [](const DimPoint &size) { return 1e7 * double(size.at("seq")); };
  EXPECT_EQ(seqs(raggedSizes(dims, {"seq"}, {{"rows", 8}}, work)),
            (std::vector<int64_t>{2, 7, 8, 9, 13, 17}));
  auto huge = [](const DimPoint &) { return 1e12; };
  EXPECT_EQ(seqs(raggedSizes(dims, {"seq"}, {{"rows", 8}}, huge)),
            (std::vector<int64_t>{2}));
}

TEST(RaggedSizes, AreOneWhereNothingGrows) {
  EXPECT_EQ(raggedSizes(dims, {}, {{"rows", 8}}, cheap),
            (std::vector<DimPoint>{{{"batch", 1}, {"seq", 2}}}));
  EXPECT_EQ(raggedSizes({}, {}, {{"rows", 8}}, cheap),
            (std::vector<DimPoint>{{}}));
}

TEST(CompleteSizes, FillInWhatIsNotNamed) {
  std::string wrong;
  EXPECT_EQ(completeSizes(dims, {"batch", "seq"}, {}, wrong),
            (std::vector<DimPoint>{{{"batch", 1}, {"seq", 128}}}));
  EXPECT_EQ(completeSizes(dims, {"seq"}, {{{"seq", 5}}, {{"batch", 2}}}, wrong),
            (std::vector<DimPoint>{{{"batch", 1}, {"seq", 5}},
                                   {{"batch", 2}, {"seq", 128}}}));
  EXPECT_EQ(wrong, "");
}

TEST(CompleteSizes, SayWhatIsNoDimAndWhatIsOutOfRange) {
  std::string wrong;
  completeSizes(dims, {"seq"}, {{{"length", 5}}}, wrong);
  EXPECT_EQ(wrong, "no dim \"length\"; there is \"batch\", \"seq\"");
  completeSizes(dims, {"seq"}, {{{"seq", 1}}}, wrong);
  EXPECT_EQ(wrong, "dim 'seq' is 1; expected 2..512");
}

TEST(Processor, IsReadFromLinuxDescription) {
  Processor processor = parseProcessor("processor\t: 0\n"
                                       "model name\t: Some Processor @ 2GHz\n"
                                       "flags\t\t: fma avx2\n"
                                       "\n"
                                       "model name\t: Another\n");
  EXPECT_EQ(processor.model, "Some Processor @ 2GHz");
  EXPECT_EQ(processor.features, (std::set<std::string>{"avx2", "fma"}));
  EXPECT_EQ(parseProcessor("").model, "");
}
