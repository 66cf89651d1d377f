// Calls that are cut along an entry's slice dim: when, and that nothing but
// memory tells.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Slices.h"
#include "runtime/src/Module.h"
#include "tests/runtime/Tiny.h"

#include <gtest/gtest.h>

using namespace heddle::test;
using heddle::runtime::Slice;
using heddle::runtime::Slices;
using heddle::runtime::slicesFor;
using heddle::runtime::slicesUpTo;

namespace {

constexpr uint32_t mainEntry = 0, batchDim = 0;

/// main may be cut along batch; no kernel fails.
ArtifactSpec slicedSpec() {
  ArtifactSpec spec = tinySpec();
  spec.entries[mainEntry].sliceDim = 1 + batchDim;
  for (VariantSpec &variant : spec.variants)
    variant.flags = HEDDLE_VARIANT_UNCHECKED;
  return spec;
}

/// A session that computes at most `slice` rows at a time.
struct SlicedSession {
  SlicedSession(const ArtifactSpec &spec, uint32_t slice)
      : loaded(tinyFile(spec)) {
    heddle_session_options options = HEDDLE_SESSION_OPTIONS_INIT;
    options.threads = 2;
    options.slice = slice;
    status = heddle_session_create(loaded.module, &options, &session, &error);
  }
  ~SlicedSession() { heddle_session_free(session); }

  /// How many rows' loops of the second kernel two threads shared: one for
  /// each slice of two rows or more.
  uint64_t sharedLoops(TinyCall &call, heddle_run_options options) {
    heddle_dispatch_profile dispatches[3];
    heddle_profile profile = HEDDLE_PROFILE_INIT;
    profile.dispatches = dispatches;
    profile.num_dispatches = 3;
    options.profile = &profile;
    EXPECT_EQ(call.run(session, &options), HEDDLE_OK) << call.error.message;
    EXPECT_TRUE(call.outputsRight());
    EXPECT_LE(dispatches[1].ns, profile.total_ns);
    return dispatches[1].loops;
  }
  uint64_t sharedLoops(TinyCall &call) {
    return sharedLoops(call, HEDDLE_RUN_OPTIONS_INIT);
  }

  Loaded loaded;
  heddle_session *session = nullptr;
  heddle_status status;
  heddle_error error{};
};

void expectRefused(const ArtifactSpec &spec, const std::string &message) {
  Loaded loaded(tinyFile(spec));
  EXPECT_EQ(loaded.status, HEDDLE_BAD_ARTIFACT);
  EXPECT_EQ(loaded.error, "FILE: its metadata is damaged: " + message);
}

} // namespace

TEST(Slices, CoverTheDimInOrder) {
  for (int64_t whole : {1, 2, 7, 32, 33})
    for (int64_t limit : {1, 2, 3, 7, 31, 40}) {
      Slices slices = slicesUpTo(whole, limit);
      int64_t next = 0, last = limit;
      for (int64_t i = 0; i < slices.count; ++i) {
        Slice slice = slices.at(i);
        EXPECT_EQ(slice.first, next);
        EXPECT_GE(slice.size, 1);
        EXPECT_LE(slice.size, last);
        last = slice.size;
        next += slice.size;
      }
      EXPECT_EQ(next, whole);
      EXPECT_LE(slices.at(0).size - last, 1);
    }
  EXPECT_EQ(slicesUpTo(0, 3).count, 1);
}

TEST(Slices, AsManyRowsAsFillTheCaches) {
  Loaded loaded(tinyFile(slicedSpec()));
  const int64_t dims[] = {4, 8};
  auto count = [&](uint32_t threads, uint64_t cacheBytes) {
    return slicesFor(loaded.module->metadata(), mainEntry, dims, threads,
                     cacheBytes)
        .count;
  };
  // A row takes 192 bytes of arena.
  EXPECT_EQ(count(1, 0), 4);
  EXPECT_EQ(count(1, 191), 4);
  EXPECT_EQ(count(1, 192), 2);
  EXPECT_EQ(count(2, 191), 2);
  EXPECT_EQ(count(2, 192), 1);
  EXPECT_EQ(count(1, 4096), 1);
}

TEST(Slices, NotFewerBytesThanTwiceTheWeights) {
  ArtifactSpec spec = slicedSpec();
  // w of 10 floats beside a row of 2 x 8 floats between the kernels.
  spec.buffers[0].hasRange = 0;
  Loaded loaded(tinyFile(spec));
  const int64_t dims[] = {4, 8};
  EXPECT_EQ(slicesFor(loaded.module->metadata(), mainEntry, dims, 1, 0).count,
            2);
}

TEST(Slices, GiveTheNumbersOfTheWhole) {
  for (int64_t batch : {1, 3, 4})
    for (uint32_t slice : {1u, 2u, 3u, 4u, HEDDLE_SLICE_WHOLE}) {
      SlicedSession tiny(slicedSpec(), slice);
      TinyCall call(batch, 5);
      ASSERT_EQ(call.run(tiny.session), HEDDLE_OK) << call.error.message;
      EXPECT_TRUE(call.outputsRight()) << batch << " by " << slice;
    }
}

TEST(Slices, AreCountedInOneProfileAndTakeLessMemory) {
  TinyCall call(4, 8);
  SlicedSession whole(slicedSpec(), HEDDLE_SLICE_WHOLE);
  SlicedSession pairs(slicedSpec(), 2);
  SlicedSession rows(slicedSpec(), 1);
  EXPECT_EQ(whole.sharedLoops(call), 1u);
  EXPECT_EQ(pairs.sharedLoops(call), 2u);
  EXPECT_EQ(rows.sharedLoops(call), 0u);
  EXPECT_LE(pairs.sharedLoops(call), 2u); // the same plan again
  EXPECT_LE(heddle_session_bytes(pairs.session),
            heddle_session_bytes(whole.session));
}

TEST(Slices, WatchedAndCheckedCallsAreWhole) {
  TinyCall call(4, 8);
  heddle_run_options watched = HEDDLE_RUN_OPTIONS_INIT;
  int calls = 0;
  watched.user = &calls;
  watched.after_dispatch = [](void *user, const heddle_run *, uint32_t) {
    ++*static_cast<int *>(user);
    return 0;
  };
  SlicedSession pairs(slicedSpec(), 2);
  EXPECT_EQ(pairs.sharedLoops(call, watched), 1u);
  EXPECT_EQ(calls, 3);

  ArtifactSpec checked = slicedSpec();
  for (VariantSpec &variant : checked.variants)
    variant.flags = 0;
  SlicedSession failing(checked, 2);
  EXPECT_EQ(failing.sharedLoops(call), 1u);
  TinyCall bad(4, 8);
  bad.x[3 * 8] = 12345.0f; // its row's kernel fails
  EXPECT_EQ(bad.run(failing.session), HEDDLE_KERNEL_FAILED);
  EXPECT_TRUE(bad.outputsUntouched());
}

TEST(Slices, ReservedOptionsAreZero) {
  heddle_session_options options = HEDDLE_SESSION_OPTIONS_INIT;
  options.reserved = 1;
  heddle_session *session = nullptr;
  heddle_error error{};
  EXPECT_EQ(heddle_session_create(tinyModule(), &options, &session, &error),
            HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "options.reserved is not 0");
}

TEST(Slices, MetadataThatCannotBeCut) {
  ArtifactSpec far = slicedSpec();
  far.entries[mainEntry].sliceDim = 3;
  expectRefused(far, "entry \"main\" is cut along dim 2 of 2");

  // Not the outermost extent of y.
  ArtifactSpec inner = slicedSpec();
  inner.entries[mainEntry].sliceDim = 2;
  expectRefused(inner, "entry \"main\" cannot be cut along dim \"seq\"");

  ArtifactSpec two = slicedSpec();
  two.dims[0].min = 2;
  expectRefused(two, "entry \"main\" cannot be cut along dim \"batch\"");

  ArtifactSpec twice = slicedSpec();
  twice.buffers[1].extents = {dim(0), dim(0)};
  expectRefused(twice, "entry \"main\" cannot be cut along dim \"batch\"");

  ArtifactSpec without = slicedSpec();
  without.entries[1].sliceDim = 1; // which() has neither input nor batch
  expectRefused(without, "entry \"which\" cannot be cut along dim \"batch\"");
}
