// Each batch and group as one product: the weights times the windows of x, laid
// out as columns.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Convolution.h"

#include "compiler/reference/Kernels.h"

namespace heddle::reference {
namespace {

/// Height and width of a tensor's last axes; one axis has height 1.
struct Area {
  int64_t height = 1, width = 1;
  int64_t count() const { return height * width; }
};

Area areaOf(const std::vector<int64_t> &shape) {
  return {shape.size() == 4 ? shape[2] : 1, shape.back()};
}

/// Where element `j` of window `i` lies along an axis, padding taken off.
int64_t placeOf(const shape::Windows &windows, size_t axis, int64_t i,
                int64_t j) {
  return i * windows.stride[axis] + j * windows.dilation[axis] -
         windows.padding[axis];
}

/// The windows over `channels` planes at `x`: a row for each channel and kernel
/// element, a column for each window.
template <typename Scalar>
std::vector<Scalar> columnsOf(const Scalar *x, int64_t channels, Area plane,
                              Area kernel, Area out,
                              const shape::Windows &windows) {
  std::vector<Scalar> columns;
  columns.reserve(channels * kernel.count() * out.count());
  size_t last = windows.stride.size() - 1;
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t ky = 0; ky < kernel.height; ++ky)
      for (int64_t kx = 0; kx < kernel.width; ++kx)
        for (int64_t oy = 0; oy < out.height; ++oy)
          for (int64_t ox = 0; ox < out.width; ++ox) {
            int64_t h = last == 0 ? 0 : placeOf(windows, 0, oy, ky);
            int64_t w = placeOf(windows, last, ox, kx);
            bool isInside =
                h >= 0 && h < plane.height && w >= 0 && w < plane.width;
            columns.push_back(
                isInside ? x[(c * plane.height + h) * plane.width + w] : 0);
          }
  return columns;
}

} // namespace

template <typename Scalar>
Tensor<Scalar>
convolution(const Tensor<Scalar> &x, const Tensor<Scalar> &weight,
            const Tensor<Scalar> *bias, const shape::Windows &windows,
            const std::vector<int64_t> &shape) {
  Area plane = areaOf(x.shape), kernel = areaOf(weight.shape),
       area = areaOf(shape);
  int64_t channels = weight.shape[1], terms = channels * kernel.count();
  int64_t outputs = weight.shape[0] / windows.groups, places = area.count();
  Tensor<Scalar> out = Tensor<Scalar>::floatsLike(shape);
  Scalar *to = out.floats.data();
  const Scalar *from = x.floats.data();
  for (int64_t i = 0; i < shape[0] * windows.groups; ++i) {
    int64_t first = i % windows.groups * outputs; // of the group's outputs
    std::vector<Scalar> columns =
        columnsOf(from, channels, plane, kernel, area, windows);
    matmul(outputs, places, terms, weight.floats.data() + first * terms,
           columns.data(), to);
    for (int64_t j = 0; bias && j < outputs * places; ++j)
      to[j] += bias->floats[first + j / places];
    from += channels * plane.count();
    to += outputs * places;
  }
  return out;
}

template Tensor<double> convolution(const Tensor<double> &,
                                    const Tensor<double> &,
                                    const Tensor<double> *,
                                    const shape::Windows &,
                                    const std::vector<int64_t> &);
template Tensor<float> convolution(const Tensor<float> &, const Tensor<float> &,
                                   const Tensor<float> *,
                                   const shape::Windows &,
                                   const std::vector<int64_t> &);

} // namespace heddle::reference
