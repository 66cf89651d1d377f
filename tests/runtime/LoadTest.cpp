// Files that are no artefact, not whole, of another version or CPU.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/runtime/Tiny.h"

#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <unistd.h>

using namespace heddle::test;

namespace {

/// Expects a refusal and its words; "" takes any words.
void expectRefused(const Bytes &file, heddle_status status,
                   const std::string &message) {
  Loaded loaded(file);
  EXPECT_EQ(loaded.status, status) << loaded.error;
  EXPECT_EQ(loaded.module, nullptr);
  if (message.empty())
    EXPECT_FALSE(loaded.error.empty());
  else
    EXPECT_EQ(loaded.error, message);
}

/// As expectRefused, for a tiny artefact with changed metadata.
void expectSpecRefused(const ArtifactSpec &spec, heddle_status status,
                       const std::string &message) {
  expectRefused(tinyFile(spec), status, message);
}

/// A seed for random places: told on failure, taken back by
/// --gtest_random_seed.
uint32_t seed() {
  uint32_t value = uint32_t(testing::GTEST_FLAG(random_seed));
  return value ? value : 1;
}

} // namespace

TEST(Load, MissingFileAndFolder) {
  heddle_module *module = nullptr;
  heddle_error error{};
  EXPECT_EQ(heddle_module_load("/nonexistent/x.so", &module, &error),
            HEDDLE_IO_ERROR);
  EXPECT_STREQ(error.message,
               "/nonexistent/x.so: cannot open: No such file or directory");
  EXPECT_EQ(heddle_module_load("/tmp", &module, &error), HEDDLE_IO_ERROR);
  EXPECT_STREQ(error.message, "/tmp: is not a regular file");
  EXPECT_EQ(heddle_module_load(nullptr, &module, &error),
            HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "path or module is NULL");
}

TEST(Load, NoArtefact) {
  expectRefused({}, HEDDLE_BAD_ARTIFACT,
                "FILE: is no heddle artefact: has 0 bytes");
  expectRefused(tinyCode(), HEDDLE_BAD_ARTIFACT,
                "FILE: is no heddle artefact or is cut short: no footer at "
                "its end");
}

TEST(Load, TruncatedAtAnyByteOfTheFirstPage) {
  TemporaryFile file(tinyFile());
  for (long size = HEDDLE_PAGE - 1; size >= 0; --size) {
    ASSERT_EQ(::truncate(file.path.c_str(), size), 0);
    heddle_module *module = nullptr;
    heddle_error error{};
    EXPECT_EQ(heddle_module_load(file.path.c_str(), &module, &error),
              HEDDLE_BAD_ARTIFACT)
        << size;
    EXPECT_NE(error.message[0], 0);
  }
}

TEST(Load, TruncatedAtRandomPlaces) {
  Bytes file = tinyFile();
  std::mt19937 random(seed());
  SCOPED_TRACE(seed());
  for (int i = 0; i < 100; ++i)
    expectRefused(
        Bytes(file.begin(), file.begin() + long(random() % file.size())),
        HEDDLE_BAD_ARTIFACT, "");
}

TEST(Load, TruncatedButWithAFooter) {
  Bytes file = tinyFile();
  file.erase(file.begin() + 100, file.begin() + 164);
  expectRefused(file, HEDDLE_BAD_ARTIFACT,
                "FILE: has " + std::to_string(file.size()) +
                    " bytes, not the " + std::to_string(file.size() + 64) +
                    " it was written with");
}

TEST(Load, EveryFlippedBitOfTheFooterIsSeen) {
  Bytes file = tinyFile();
  for (size_t bit = 0; bit < HEDDLE_FOOTER_BYTES * 8; ++bit) {
    Bytes copy = file;
    copy[file.size() - HEDDLE_FOOTER_BYTES + bit / 8] ^= uint8_t(1u << bit % 8);
    Loaded loaded(copy);
    EXPECT_TRUE(loaded.status == HEDDLE_BAD_ARTIFACT ||
                loaded.status == HEDDLE_UNSUPPORTED)
        << "bit " << bit << ": " << loaded.error;
  }
}

TEST(Load, FlippedBitsOfCodeAndMetadataAreSeen) {
  Bytes file = tinyFile();
  heddle_footer footer = footerOf(file);
  std::mt19937 random(seed());
  SCOPED_TRACE(seed());
  for (int i = 0; i < 300; ++i) {
    bool inCode = i < 200;
    size_t place =
        inCode ? random() % std::min<size_t>(footer.code_size, HEDDLE_PAGE)
               : footer.metadata_offset + random() % footer.metadata_size;
    Bytes copy = file;
    copy[place] ^= uint8_t(1u << random() % 8);
    expectRefused(copy, HEDDLE_BAD_ARTIFACT,
                  inCode ? "FILE: its code does not match its hash"
                         : "FILE: its metadata does not match its hash");
  }
}

TEST(Load, OtherVersion) {
  Bytes file = tinyFile();
  footerOf(file).version = 4;
  sealArtifact(file);
  expectRefused(file, HEDDLE_UNSUPPORTED,
                "FILE: is of artefact version 4; this runtime reads version "
                "3");
  ArtifactSpec spec = tinySpec();
  spec.version = 1;
  expectSpecRefused(spec, HEDDLE_UNSUPPORTED,
                    "FILE: is of artefact version 1; this runtime reads "
                    "version 3");
}

TEST(Load, OtherCpu) {
  ArtifactSpec spec = tinySpec();
  spec.variants = {{"a", "", {"warp_drive", "sse2"}},
                   {"b", "", {"flux", "impulse"}}};
  expectSpecRefused(spec, HEDDLE_UNSUPPORTED,
                    "FILE: no variant runs on this CPU: a lacks warp_drive; "
                    "b lacks flux, impulse");
}

TEST(Load, CodeAndMetadataOfDifferentBuilds) {
  ArtifactSpec spec = tinySpec();
  spec.buildId = 5;
  expectSpecRefused(spec, HEDDLE_BAD_ARTIFACT,
                    "FILE: its code and its metadata are of different builds");
  spec = tinySpec();
  spec.variants.pop_back();
  expectSpecRefused(spec, HEDDLE_BAD_ARTIFACT,
                    "FILE: its code and its metadata disagree on entries or "
                    "variants");
}

TEST(Load, FootersThatContradictThemselves) {
  auto spoil = [](uint64_t heddle_footer::*field, uint64_t value) {
    Bytes file = tinyFile();
    heddle_footer &footer = footerOf(file);
    footer.*field = value;
    footer.footer_hash = heddle_hash(HEDDLE_HASH_SEED, &footer,
                                     offsetof(heddle_footer, footer_hash));
    expectRefused(file, HEDDLE_BAD_ARTIFACT,
                  "FILE: its footer's sizes contradict each other");
  };
  for (uint64_t value : {uint64_t(1) << 20, UINT64_MAX, UINT64_MAX - 4095}) {
    spoil(&heddle_footer::code_size, value);
    spoil(&heddle_footer::metadata_offset, value);
    spoil(&heddle_footer::metadata_size, value);
    spoil(&heddle_footer::weights_offset, value);
    spoil(&heddle_footer::weights_size, value);
  }
  spoil(&heddle_footer::weights_offset, 64);
}

TEST(Load, ElfHeadersThatPointOutside) {
  auto spoil = [](size_t place, uint8_t value, const char *message) {
    Bytes file = tinyFile();
    file[place] = value;
    sealArtifact(file);
    expectRefused(file, HEDDLE_BAD_ARTIFACT, message);
  };
  spoil(0, 0, "FILE: its code is no 64-bit ELF shared object");
  spoil(18, 3, "FILE: its code is for another processor architecture");
  spoil(38, 0x70, // e_phoff
        "FILE: its code has its program headers outside the file");
  spoil(64 + 8 + 6, 0x70, // the first segment's p_offset
        "FILE: its code has a segment outside the file");
}

TEST(Load, CodeWithoutATable) {
  Bytes code = tinyCode();
  const char name[] = "heddle_artifact";
  for (size_t i = 0; i + sizeof(name) < code.size(); ++i)
    if (std::memcmp(&code[i], name, sizeof(name)) == 0)
      code[i] = 'x';
  expectRefused(buildArtifact(code, buildMetadata(tinySpec()), tinyWeights()),
                HEDDLE_BAD_ARTIFACT,
                "FILE: its code exports no heddle_artifact");
}

TEST(Load, MetadataThatLies) {
  auto spoil = [](void (*change)(ArtifactSpec &), heddle_status status,
                  const std::string &message) {
    ArtifactSpec spec = tinySpec();
    change(spec);
    expectSpecRefused(spec, status, "FILE: " + message);
  };
  const std::string damaged = "its metadata is damaged: ";
  spoil([](ArtifactSpec &s) { s.buffers[3].kind = 9; }, HEDDLE_BAD_ARTIFACT,
        damaged + "buffer 3 is of kind 9");
  spoil([](ArtifactSpec &s) { s.buffers[3].kind = HEDDLE_BUFFER_STATE; },
        HEDDLE_UNSUPPORTED,
        "keeps states between calls, which this runtime cannot");
  spoil([](ArtifactSpec &s) { s.buffers[0].space = 3; }, HEDDLE_UNSUPPORTED,
        "needs memory space 3, which this runtime does not have");
  spoil([](ArtifactSpec &s) { s.buffers[2].space = HEDDLE_SPACE_DEVICE; },
        HEDDLE_BAD_ARTIFACT,
        damaged + "buffer 2 is in another memory space than buffer 0");
  spoil([](ArtifactSpec &s) { s.variants[1].device = HEDDLE_DEVICE_OPENCL; },
        HEDDLE_BAD_ARTIFACT,
        damaged + "some variants are for a device and some are not");
  spoil([](ArtifactSpec &s) { s.variants[1].device = 7; }, HEDDLE_UNSUPPORTED,
        "variant \"native\" is for a device of kind 7, which this runtime "
        "does not know");
  spoil(
      [](ArtifactSpec &s) {
        for (BufferSpec &buffer : s.buffers)
          buffer.space = HEDDLE_SPACE_DEVICE;
      },
      HEDDLE_BAD_ARTIFACT,
      damaged + "its buffers are not in the memory of its variants");
  spoil([](ArtifactSpec &s) { s.buffers[0].dtype = 99; }, HEDDLE_BAD_ARTIFACT,
        damaged + "buffer 0 is of element type 99");
  spoil([](ArtifactSpec &s) { s.buffers[0].extents[0] = dim(2); },
        HEDDLE_BAD_ARTIFACT, damaged + "buffer 0's extent is no formula");
  spoil([](ArtifactSpec &s) { s.buffers[2].place = constant(128); },
        HEDDLE_BAD_ARTIFACT,
        damaged + "buffer 2, a weight, lies at bytes 128 to 168 of 104");
  spoil([](ArtifactSpec &s) { s.entries[0].dispatches[0].kernel = 3; },
        HEDDLE_BAD_ARTIFACT,
        damaged + "entry \"main\"'s dispatch 0 names kernel 3 of 3");
  spoil([](ArtifactSpec &s) { s.entries[0].dispatches[0].choice = dim(2); },
        HEDDLE_BAD_ARTIFACT,
        damaged + "entry \"main\"'s dispatch 0's choice of kernels is no "
                  "formula");
  spoil([](ArtifactSpec &s) { s.entries[0].inputs[0] = 7; },
        HEDDLE_BAD_ARTIFACT,
        damaged + "entry \"main\"'s inputs names buffer 7 of 7");
  spoil([](ArtifactSpec &s) { s.entries[0].inputs[0] = 4; },
        HEDDLE_BAD_ARTIFACT,
        damaged + "entry \"main\"'s inputs names buffer 4, which is of another "
                  "kind");
  spoil([](ArtifactSpec &s) { s.dims[1].name = "batch"; }, HEDDLE_BAD_ARTIFACT,
        damaged + "two dims are called \"batch\"");
  spoil([](ArtifactSpec &s) { s.dims[0].min = 5; }, HEDDLE_BAD_ARTIFACT,
        damaged + "dim \"batch\" has no range");
  spoil([](ArtifactSpec &s) { s.entries[1].name = "main"; },
        HEDDLE_BAD_ARTIFACT, damaged + "entry \"main\" is there twice");
  spoil(
      [](ArtifactSpec &s) {
        s.buffers[0].extents[1] = s.buffers[1].extents[1] = constant(4);
      },
      HEDDLE_BAD_ARTIFACT,
      "entry \"main\" depends on dim \"seq\", which no input's extent "
      "tells");
}

TEST(Load, PlacesOutsideTheArenaAreRefusedAtRun) {
  ArtifactSpec spec = tinySpec();
  spec.buffers[4].place = spec.entries[0].arena;
  Loaded loaded(tinyFile(spec));
  ASSERT_EQ(loaded.status, HEDDLE_OK) << loaded.error;
  TinyCall call(2, 4);
  EXPECT_EQ(heddle_module_run(loaded.module, 0, call.inputs, 2, call.outputs, 2,
                              &call.error),
            HEDDLE_BAD_ARTIFACT);
  EXPECT_STREQ(call.error.message,
               "buffer 4 does not fit its place in the arena");
}

TEST(Load, ManyModulesAtOnceAreKeptApart) {
  // The dynamic linker must not take one for another, whatever descriptors
  // were closed and reused in between.
  for (int round = 0; round < 20; ++round) {
    Bytes code = tinyCode();
    Loaded first(tinyFile());
    ASSERT_EQ(first.status, HEDDLE_OK) << first.error;
    Loaded second(tinyFile());
    ASSERT_EQ(second.status, HEDDLE_OK) << second.error;
    heddle_module_free(first.module);
    first.module = nullptr;
    ArtifactSpec other = tinySpec();
    other.buildId = 6;
    Loaded third(tinyFile(other));
    EXPECT_EQ(third.status, HEDDLE_BAD_ARTIFACT);
    TinyCall call(2, 4);
    EXPECT_EQ(heddle_module_run(second.module, 0, call.inputs, 2, call.outputs,
                                2, &call.error),
              HEDDLE_OK);
    EXPECT_TRUE(call.outputsRight());
  }
}
