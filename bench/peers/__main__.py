# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the same work through heddle, ONNX Runtime and OpenVINO in one run:

  python3 bench/peers --help"""
import importlib.util
import os
import pathlib
import sys
import traceback

ENVIRONMENT = pathlib.Path(__file__).resolve().parents[2] / "build/env"


def with_numpy():
    """Goes on in build/env where this Python has no numpy."""
    if importlib.util.find_spec("numpy"):
        return
    python = ENVIRONMENT / "bin/python3"
    if not python.exists() or pathlib.Path(sys.prefix) == ENVIRONMENT:
        sys.exit("error: numpy is not installed; ./bootstrap.sh build does "
                 "that")
    os.execv(python, [str(python), *sys.orig_argv[1:]])


def main():
    with_numpy()
    import application
    try:
        return application.main()
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130  # as shells have it
    except Exception:
        traceback.print_exc()
        print("this is a bug of bench/peers; report it with the lines above",
              file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())
