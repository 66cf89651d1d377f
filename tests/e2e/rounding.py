# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What narrow products round their factors to, in numpy."""
import numpy as np


def bf16(array):
    """The nearest bf16, ties to even, as f32."""
    bits = array.astype(np.float32).view(np.uint32).astype(np.uint64)
    bits += 0x7FFF + (bits >> 16 & 1)
    return (bits.astype(np.uint32) & 0xFFFF0000).view(np.float32)


def int8(array):
    """Rows in the nearest whole multiples of their largest over 127."""
    scale = np.abs(array).max(-1, keepdims=True).astype(np.float64) / 127
    scale[scale == 0] = 1
    return np.rint(array / scale) * scale
