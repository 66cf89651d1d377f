# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# How lit runs the .mlir, .heddle and .test files under tests/.
import os

import lit.formats

config.name = "heddle"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".heddle", ".test"]
config.excludes = ["Inputs", "lint"]
config.test_source_root = os.path.join(config.heddle_source, "tests")
config.test_exec_root = os.path.join(config.heddle_build, "tests")

# heddle's own tools first, then FileCheck and not of the same LLVM.
config.environment["PATH"] = os.pathsep.join(
    [config.heddle_bin, config.llvm_bin, config.environment.get("PATH", "")])

config.substitutions.append(("%models", config.heddle_source + "/models"))
config.substitutions.append(("%python", config.python))
config.substitutions.append(("%source", config.heddle_source))

# REQUIRES: minilm, for tests that read MiniLM's weights through %minilm.
weights = os.path.join(config.minilm, "model.safetensors")
if config.minilm and os.path.exists(weights):
    config.available_features.add("minilm")
    config.substitutions.append(("%minilm", weights))
