# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A peer that is named on request and that nothing here can drive yet."""
import sys

import worker


class Missing:
    def start(self, _):
        raise ImportError(f"bench/peers has no worker for {sys.argv[1]}")


if __name__ == "__main__":
    worker.serve(Missing())
