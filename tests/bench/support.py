# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes bench/peers importable, and has the small case of its tests."""
import os
import pathlib
import sys

PEERS = pathlib.Path(os.environ["HEDDLE_SOURCE_DIR"]) / "bench/peers"
sys.path.insert(0, str(PEERS))

import cases  # noqa: E402

SMALL = cases.Case("gemm", (4, 8, 6))
