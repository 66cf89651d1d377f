// The safetensors reader believes nothing.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/io/Safetensors.h"

#include <cstring>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace heddle::io;

namespace {

/// A file of a header and some data bytes.
std::vector<uint8_t> fileOf(const std::string &header, size_t dataBytes) {
  std::vector<uint8_t> file(8 + header.size() + dataBytes);
  uint64_t length = header.size();
  std::memcpy(file.data(), &length, 8);
  std::copy(header.begin(), header.end(), file.begin() + 8);
  for (size_t i = 0; i < dataBytes; ++i)
    file[8 + header.size() + i] = uint8_t(i);
  return file;
}

std::string entry(const std::string &name, const std::string &dtype,
                  const std::string &shape, const std::string &offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
         ",\"data_offsets\":" + offsets + "}";
}

void expectError(const std::string &header, size_t dataBytes,
                 const std::string &message) {
  std::vector<uint8_t> file = fileOf(header, dataBytes);
  Result<SafetensorsFile> result =
      SafetensorsFile::parse(file.data(), file.size(), "F");
  ASSERT_FALSE(result) << header;
  EXPECT_EQ(result.error(), "F: " + message);
}

} // namespace

TEST(Safetensors, ReadsTensorsNotesAndPadding) {
  std::vector<uint8_t> file =
      fileOf("{\"__metadata__\":{\"format\":\"pt\"}," +
                 entry("b", "BF16", "[2]", "[8,12]") + "," +
                 entry("a", "F32", "[2,1]", "[0,8]") + "," +
                 entry("empty", "I64", "[0,7]", "[8,8]") + "}   ",
             12);
  Result<SafetensorsFile> result =
      SafetensorsFile::parse(file.data(), file.size(), "F");
  ASSERT_TRUE(result) << result.error();
  EXPECT_EQ(result->metadata().at("format"), "pt");
  ASSERT_EQ(result->tensors().size(), 3u);
  const SafetensorsTensor *a = result->find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->dtype, DType::F32);
  EXPECT_EQ(a->shape, (std::vector<int64_t>{2, 1}));
  EXPECT_EQ(a->bytes[5], 5);
  EXPECT_EQ(result->find("empty")->size, 0u);
  EXPECT_EQ(result->find("c"), nullptr);
}

TEST(Safetensors, CopiesKeepTheFileMapped) {
  char path[] = "/tmp/heddle-test-XXXXXX";
  ::close(::mkstemp(path));
  Tensor tensor{DType::I32, {3}, std::vector<uint8_t>(12, 7)};
  ASSERT_TRUE(writeSafetensors(path, {{"t", tensor}, {"\"ä", tensor}}));
  const uint8_t *bytes = nullptr;
  Result<SafetensorsFile> copy = Error{""};
  {
    Result<SafetensorsFile> file = SafetensorsFile::open(path);
    ASSERT_TRUE(file) << file.error();
    ASSERT_NE(file->find("\"ä"), nullptr);
    bytes = file->find("t")->bytes;
    copy = *file;
  }
  ::unlink(path);
  EXPECT_EQ(bytes[11], 7);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes) % 8, 0u);
}

TEST(Safetensors, EveryTruncationIsRefused) {
  std::vector<uint8_t> file =
      fileOf("{" + entry("a", "F32", "[2]", "[0,8]") + "}", 8);
  for (size_t size = 0; size < file.size(); ++size) {
    std::vector<uint8_t> cut(file.begin(), file.begin() + long(size));
    EXPECT_FALSE(SafetensorsFile::parse(cut.data(), cut.size(), "F")) << size;
  }
}

TEST(Safetensors, LyingLengths) {
  std::vector<uint8_t> file(8, 0xff);
  Result<SafetensorsFile> result =
      SafetensorsFile::parse(file.data(), file.size(), "F");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(),
            "F: is no safetensors file or is cut short: names a header of "
            "18446744073709551615 bytes in a file of 8");
  expectError("{" + entry("a", "F32", "[2]", "[0,12]") + "}", 8,
              "tensor \"a\" lies at bytes [0, 12) of 8");
  expectError("{" + entry("a", "F32", "[2]", "[8,0]") + "}", 8,
              "tensor \"a\" lies at bytes [8, 0) of 8");
  expectError("{" + entry("a", "F32", "[3]", "[0,8]") + "}", 8,
              "tensor \"a\" of [3] F32 needs 12 bytes but has 8");
  expectError(
      "{" + entry("a", "F32", "[4294967296,4294967296]", "[0,8]") + "}", 8,
      "tensor \"a\" has the shape [4294967296, 4294967296], which is too "
      "large");
  expectError("{" + entry("a", "F32", "[18446744073709551615]", "[0,8]") + "}",
              8, "tensor \"a\" has the extent 18446744073709551615");
}

TEST(Safetensors, OverlapsAndGaps) {
  expectError("{" + entry("a", "U8", "[6]", "[0,6]") + "," +
                  entry("b", "U8", "[4]", "[4,8]") + "}",
              8, "tensors \"a\" and \"b\" overlap at byte 4");
  expectError("{" + entry("a", "U8", "[2]", "[0,2]") + "," +
                  entry("b", "U8", "[4]", "[4,8]") + "}",
              8, "bytes [2, 4) belong to no tensor");
  expectError("{" + entry("a", "U8", "[2]", "[0,2]") + "}", 8,
              "bytes [2, 8) belong to no tensor");
}

TEST(Safetensors, HeadersThatAreNone) {
  expectError("", 0, "the header is no JSON: error at its byte 1");
  expectError("{\"a\":", 0, "the header is no JSON: error at its byte 6");
  expectError("[1]", 0,
              "the header is or holds an array, which has no place there");
  expectError("{\"a\":3}", 0,
              "the entry \"a\" is or holds the number 3, which has no place "
              "there");
  expectError("{" + entry("a", "F32", "[-2]", "[0,8]") + "}", 8,
              "shape of tensor \"a\" is or holds the number -2, which has no "
              "place there");
  expectError("{" + entry("a", "F31", "[2]", "[0,8]") + "}", 8,
              "tensor \"a\" has the unknown dtype \"F31\"");
  expectError("{" + entry("a", "F32", "[2]", "[0]") + "}", 8,
              "tensor \"a\" has 1 data_offsets, not 2");
  expectError("{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 4,
              "tensor \"a\" has no data_offsets");
  expectError("{\"a\":{\"kind\":\"F32\"}}", 4,
              "tensor \"a\" has an unknown field \"kind\"");
  expectError("{\"__metadata__\":{\"n\":3}}", 0,
              "__metadata__ \"n\" is or holds the number 3, which has no "
              "place there");
}

TEST(Safetensors, DoubledNames) {
  expectError("{" + entry("a", "U8", "[4]", "[0,4]") + "," +
                  entry("a", "U8", "[4]", "[4,8]") + "}",
              8, "the name \"a\" is given twice");
  expectError("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"I8\"}}", 8,
              "dtype of tensor \"a\" is given twice");
}
