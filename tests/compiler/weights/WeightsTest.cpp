// One or several weights files as one set of names, and what is wrong with
// them in words.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/weights/Weights.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>

using namespace heddle;
using namespace heddle::weights;

namespace {
class Weights : public testing::Test {
protected:
  void SetUp() override {
    std::string name =
        (std::filesystem::temp_directory_path() / "heddle-XXXXXX").string();
    folder = mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string write(const std::string &name,
                    const std::vector<io::NamedTensor> &tensors) {
    std::string path = folder + "/" + name;
    EXPECT_TRUE(bool(io::writeSafetensors(path, tensors)));
    return path;
  }
  std::string folder;
};
} // namespace

template <typename T>
static io::NamedTensor make(const std::string &name, io::DType dtype,
                            std::vector<int64_t> shape,
                            const std::vector<T> &values) {
  io::NamedTensor tensor{name, {dtype, std::move(shape), {}}};
  tensor.tensor.bytes.resize(values.size() * sizeof(T));
  std::memcpy(tensor.tensor.bytes.data(), values.data(),
              tensor.tensor.bytes.size());
  return tensor;
}

static io::NamedTensor floats(const std::string &name,
                              const std::vector<float> &values) {
  return make(name, io::DType::F32, {int64_t(values.size())}, values);
}

TEST_F(Weights, OfSeveralFilesAreOneSet) {
  std::string a = write("a.safetensors", {floats("x", {1, 2})});
  std::string b = write("b.safetensors", {floats("y", {3})});
  io::Result<WeightSource> source = WeightSource::open({a, b});
  ASSERT_TRUE(bool(source)) << source.error();
  WeightSource moved = std::move(*source);
  EXPECT_EQ(*moved.readAll("x"), (std::vector<float>{1, 2}));
  EXPECT_EQ(*moved.readAll("y"), std::vector<float>{3});
  EXPECT_EQ(moved.find("y")->file, b);
  EXPECT_EQ(moved.unused({"x"}), std::vector<std::string>{"y"});
}

TEST_F(Weights, OfOneNameInTwoFilesAreRefused) {
  std::string a = write("a.safetensors", {floats("x", {1})});
  std::string b = write("b.safetensors", {floats("x", {1})});
  io::Result<WeightSource> source = WeightSource::open({a, b});
  ASSERT_FALSE(bool(source));
  EXPECT_EQ(source.error(), b + ": tensor 'x' is also in " + a);
}

TEST_F(Weights, ThatAreMissingGetTheNearestSpelling) {
  std::string a = write("a.safetensors", {floats("encoder.0.query.weight", {1}),
                                          floats("encoder.0.key.weight", {1})});
  WeightSource source = std::move(*WeightSource::open({a}));
  EXPECT_EQ(source.check("encoder.0.qurey.weight", {1}).error(),
            "no weights file has tensor 'encoder.0.qurey.weight'; did you mean "
            "'encoder.0.query.weight'?");
  EXPECT_EQ(source.missingMessage("decoder"),
            "no weights file has tensor 'decoder'");
}

TEST_F(Weights, OfAWrongTypeOrShapeAreRefused) {
  std::string a =
      write("a.safetensors", {floats("x", {1, 2}),
                              make<int64_t>("n", io::DType::I64, {1}, {5})});
  WeightSource source = std::move(*WeightSource::open({a}));
  EXPECT_TRUE(bool(source.check("x", {2})));
  EXPECT_EQ(source.check("x", {3}).error(),
            a + ": tensor 'x' has shape [2], expected [3]");
  EXPECT_EQ(source.check("n", {1}).error(),
            a + ": tensor 'n' has elements of type i64, expected f32, f16 or "
                "bf16");
  EXPECT_FALSE(bool(source.readAll("n")));
}

TEST_F(Weights, OfHalfPrecisionBecomeFloats) {
  // 1, -2, the smallest subnormal, the largest, infinity, -0
  std::vector<uint16_t> half = {0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x8000};
  std::vector<uint16_t> brain = {0x3f80, 0xc000, 0x4049};
  std::string a =
      write("a.safetensors", {make("h", io::DType::F16, {6}, half),
                              make("b", io::DType::BF16, {3}, brain)});
  WeightSource source = std::move(*WeightSource::open({a}));
  std::vector<float> h = *source.readAll("h");
  EXPECT_EQ(h, (std::vector<float>{1, -2, 0x1p-24f, 65504, INFINITY, -0.0f}));
  EXPECT_TRUE(std::signbit(h[5]));
  EXPECT_EQ(*source.readAll("b"), (std::vector<float>{1, -2, 3.140625}));
}

TEST_F(Weights, OfASeedExistOnceDeclared) {
  WeightSource source = std::move(*WeightSource::open({"random:12"}));
  EXPECT_TRUE(source.isRandom());
  EXPECT_EQ(source.find("x"), nullptr);
  source.declare("x", {2, 3});
  EXPECT_TRUE(bool(source.check("x", {2, 3})));
  EXPECT_EQ(source.readAll("x")->size(), 6u);
  EXPECT_EQ(source.find("x")->file, "random:12");
}

TEST_F(Weights, OfABadSpecAreRefused) {
  EXPECT_EQ(WeightSource::open({"random:"}).error(),
            "'random:' has no seed, expected random:SEED with a whole number");
  EXPECT_EQ(WeightSource::open({"random:1x"}).error(),
            "'random:1x' has no seed, expected random:SEED with a whole "
            "number");
  std::string a = write("a.safetensors", {floats("x", {1})});
  EXPECT_EQ(WeightSource::open({a, "random:1"}).error(),
            "'random:1' stands beside other weights, expected it alone");
  EXPECT_FALSE(bool(WeightSource::open({folder + "/missing"})));
}
