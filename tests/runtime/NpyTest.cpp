// .npy and .npz files and fills.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/io/Npy.h"
#include "runtime/io/TensorFile.h"

#include <cstring>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace heddle::io;

namespace {

std::vector<uint8_t> npyOf(const std::string &header, size_t dataBytes,
                           uint8_t version = 1) {
  std::vector<uint8_t> file = {0x93, 'N', 'U', 'M', 'P', 'Y', version, 0};
  size_t lengthBytes = version == 1 ? 2 : 4;
  for (size_t i = 0; i < lengthBytes; ++i)
    file.push_back(uint8_t(header.size() >> (8 * i)));
  file.insert(file.end(), header.begin(), header.end());
  file.resize(file.size() + dataBytes, 1);
  return file;
}

std::string errorOf(const std::vector<uint8_t> &file) {
  Result<Tensor> result = parseNpy(file.data(), file.size(), "F");
  return result ? "" : result.error();
}

template <typename T> T element(const Tensor &tensor, size_t index) {
  T value;
  std::memcpy(&value, tensor.bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

} // namespace

TEST(Npy, RoundTripsEveryType) {
  for (DType dtype : {DType::F32, DType::F64, DType::F16, DType::I8, DType::U8,
                      DType::I16, DType::I32, DType::I64, DType::Bool,
                      DType::U16, DType::U32, DType::U64, DType::BF16}) {
    for (const std::vector<int64_t> &shape :
         {std::vector<int64_t>{}, {3}, {2, 0}, {2, 3, 4}}) {
      uint64_t count = 0;
      ASSERT_TRUE(countElements(shape, count));
      Tensor tensor{dtype, shape,
                    std::vector<uint8_t>(count * dtypeBytes(dtype), 1)};
      Result<std::vector<uint8_t>> file = formatNpy(tensor);
      ASSERT_TRUE(file);
      EXPECT_EQ((file->size() - tensor.bytes.size()) % 64, 0u);
      Result<Tensor> back = parseNpy(file->data(), file->size(), "F");
      ASSERT_TRUE(back) << back.error();
      EXPECT_EQ(back->dtype, dtype);
      EXPECT_EQ(back->shape, shape);
      EXPECT_EQ(back->bytes, tensor.bytes);
    }
  }
}

TEST(Npy, HoldsBf16AsTwoRawBytes) {
  // '<V2' is what ml_dtypes writes, '|V2' what numpy calls the same.
  for (const char *descr : {"<V2", "|V2"}) {
    auto file = npyOf(std::string("{'descr': '") + descr +
                          "', 'fortran_order': False, 'shape': (3,)}\n",
                      6);
    Result<Tensor> tensor = parseNpy(file.data(), file.size(), "F");
    ASSERT_TRUE(tensor) << tensor.error();
    EXPECT_EQ(tensor->dtype, DType::BF16);
    EXPECT_EQ(element<uint16_t>(*tensor, 2), 0x0101);
  }
}

TEST(Npy, ReadsVersionsTwoAndThree) {
  const std::string header =
      "{'shape': (2,), 'descr': '<i2', 'fortran_order': False}\n";
  for (uint8_t version : {1, 2, 3})
    EXPECT_EQ(errorOf(npyOf(header, 4, version)), "");
  EXPECT_EQ(errorOf(npyOf(header, 4, 4)),
            "F: is of .npy version 4; versions 1 to 3 are read");
}

TEST(Npy, RefusesInWords) {
  EXPECT_EQ(errorOf({'P', 'K'}), "F: is no .npy file");
  EXPECT_EQ(errorOf(npyOf(
                "{'descr': '<f4', 'fortran_order': True, 'shape': (1,)}", 4)),
            "F: is in Fortran order; save numpy.ascontiguousarray of it");
  EXPECT_EQ(errorOf(npyOf(
                "{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", 4)),
            "F: has the element type '>f4'; little-endian f, i, u, bool and V2 "
            "(bf16) are read");
  EXPECT_EQ(errorOf(npyOf(
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", 8)),
            "F: of [3] f32 needs 12 bytes of elements but has 8");
  EXPECT_EQ(errorOf(npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': "
                          "(4294967296, 4294967296)}",
                          8)),
            "F: has the shape [4294967296, 4294967296], which is too large");
  EXPECT_EQ(errorOf(npyOf("{'descr': '<f4', 'shape': (3,)}", 12)),
            "F: has a damaged .npy header");
  EXPECT_EQ(errorOf(npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': "
                          "(99999999999999999999,)}",
                          8)),
            "F: has a damaged .npy header");
}

TEST(Npy, EveryTruncationIsRefused) {
  std::vector<uint8_t> file =
      npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }\n", 8);
  ASSERT_EQ(errorOf(file), "");
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_NE(errorOf({file.begin(), file.begin() + long(size)}), "") << size;
}

TEST(Npz, RoundTripsAndSeesDamage) {
  Tensor tensor{DType::F32, {2, 2}, std::vector<uint8_t>(16, 9)};
  Result<std::vector<uint8_t>> file =
      formatNpz({{"a", tensor}, {"b/c", tensor}});
  ASSERT_TRUE(file);
  Result<std::vector<NamedTensor>> back =
      parseNpz(file->data(), file->size(), "F");
  ASSERT_TRUE(back) << back.error();
  ASSERT_EQ(back->size(), 2u);
  EXPECT_EQ((*back)[1].name, "b/c");
  EXPECT_EQ((*back)[1].tensor.bytes, tensor.bytes);
  for (size_t size = 0; size < file->size(); ++size)
    EXPECT_FALSE(parseNpz(file->data(), size, "F")) << size;
  for (size_t bit = 0; bit < file->size() * 8; ++bit) {
    std::vector<uint8_t> copy = *file;
    copy[bit / 8] ^= uint8_t(1u << bit % 8);
    (void)parseNpz(copy.data(), copy.size(), "F"); // must not crash
  }
}

TEST(Fill, ReadsShapesTypesAndValues) {
  Result<Tensor> ids = parseFill("2x16xi32=-7");
  ASSERT_TRUE(ids);
  EXPECT_EQ(ids->shape, (std::vector<int64_t>{2, 16}));
  EXPECT_EQ(element<int32_t>(*ids, 31), -7);
  EXPECT_EQ(element<float>(*parseFill("f32=1.5"), 0), 1.5f);
  EXPECT_EQ(element<uint8_t>(*parseFill("3xbool=1"), 2), 1);
  EXPECT_EQ(element<int64_t>(*parseFill("i64=9223372036854775807"), 0),
            INT64_MAX);
}

TEST(Fill, RoundsHalves) {
  auto bits = [](const std::string &text) {
    return element<uint16_t>(*parseFill(text), 0);
  };
  EXPECT_EQ(bits("f16=1"), 0x3c00);
  EXPECT_EQ(bits("f16=-2"), 0xc000);
  EXPECT_EQ(bits("f16=65504"), 0x7bff);
  EXPECT_EQ(bits("f16=65520"), 0x7c00);
  EXPECT_EQ(bits("f16=0.1"), 0x2e66);
  EXPECT_EQ(bits("f16=6e-8"), 0x0001);
  EXPECT_EQ(bits("f16=0.00006097555"), 0x03ff);
  EXPECT_EQ(bits("f16=2047.5"), 0x6800); // carries into the exponent
  EXPECT_EQ(bits("bf16=1"), 0x3f80);
  EXPECT_EQ(bits("bf16=3.14159265"), 0x4049);
}

TEST(Fill, RefusesInWords) {
  auto error = [](const std::string &text) { return parseFill(text).error(); };
  EXPECT_EQ(error("ids.npy"), "'ids.npy' is no fill such as 2x16xi32=0");
  EXPECT_EQ(error("2xi33=0"), "'2xi33=0' is no fill such as 2x16xi32=0");
  EXPECT_EQ(error("2xi32=1.5"), "'1.5' is no value of i32");
  EXPECT_EQ(error("2xu8=256"), "'256' is no value of u8");
  EXPECT_EQ(error("99999999999x9xf32=0"),
            "the fill '99999999999x9xf32=0' is too large");
  EXPECT_TRUE(isFill("2x16xi32=0"));
  EXPECT_FALSE(isFill("a=b.npy"));
  EXPECT_FALSE(isFill("dir/x.npy"));
}

TEST(TensorFile, FormatsBySuffixAndContent) {
  Tensor tensor{DType::I32, {2}, std::vector<uint8_t>(8, 3)};
  for (const char *suffix : {".npy", ".npz", ".safetensors", ""}) {
    std::string path =
        "/tmp/heddle-test-" + std::to_string(::getpid()) + suffix;
    Status status = writeTensors(path, {{"t", tensor}});
    ASSERT_TRUE(status) << status.error();
    Result<std::vector<NamedTensor>> back = readTensors(path);
    ::unlink(path.c_str());
    ASSERT_TRUE(back) << back.error();
    ASSERT_EQ(back->size(), 1u);
    EXPECT_EQ((*back)[0].tensor.bytes, tensor.bytes);
  }
  EXPECT_EQ(writeTensors("x.npy", {}).error(),
            "x.npy: a .npy file holds one tensor, not 0; write .npz or "
            ".safetensors");
  EXPECT_EQ(writeTensors("/nonexistent/x.npy", {{"", tensor}}).error(),
            "/nonexistent/x.npy: cannot open for writing: No such file or "
            "directory");
  EXPECT_EQ(writeTensors("/dev/full", {{"", tensor}}).error(),
            "/dev/full: cannot write: No space left on device");
  tensor.dtype = DType::F8E4M3;
  EXPECT_EQ(writeTensors("x.npy", {{"", tensor}}).error(),
            "x.npy: a .npy file cannot hold f8e4m3; write .safetensors");
}
