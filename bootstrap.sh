#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Installs what is missing on Debian 12, builds heddle, then runs its demo or
# its tests. Run again, it installs nothing. Works from any folder.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: ./bootstrap.sh demo         build, then MiniLM from its text to similarities
       ./bootstrap.sh test [ARGS]  build, then the tests; ARGS go to ctest
       ./bootstrap.sh build        build only; the tools stand in build/release/bin
       ./bootstrap.sh preset NAME  build only, another preset, in build/NAME
       ./bootstrap.sh checkers     install what .ci/run needs besides

HEDDLE_REFERENCES=FOLDER gives the tests independent results to compare with.
TEXT
}

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
environment=$root/build/env
log=$root/build/bootstrap.log
release=bookworm # Debian 12

# Everything from apt. The majors of LLVM are in the names.
build_packages=(
  binutils ca-certificates ccache g++ ninja-build python3 python3-venv
  libmlir-22-dev mlir-22-tools llvm-22 llvm-22-dev llvm-22-tools liblld-22-dev
  libzstd-dev zlib1g-dev
  libcli11-dev nlohmann-json3-dev libsqlite3-dev libgtest-dev
  ocl-icd-libopencl1 pocl-opencl-icd
)
checker_packages=(
  git clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev
)

say() { printf '[%4d s] %s\n' "$SECONDS" "$*"; }
complain() { printf '%s\n' "$@" >&2; }

# Runs a command quietly; shows the end of what it printed when it fails.
logged() {
  local start
  start=$(wc -l <"$log")
  printf '$ %s\n' "$*" >>"$log"
  "$@" >>"$log" 2>&1 </dev/null && return 0
  complain "failed: $*"
  tail -n +"$((start + 2))" "$log" | tail -n 6 >&2
  return 1
}

# Prints those of its arguments that are not installed.
missing_packages() {
  local package
  for package; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" \
         != installed ]; then
      printf '%s\n' "$package"
    fi
  done
}

by_hand() {
  complain "" "install by hand, as root on Debian 12 ($release):" \
    "  apt-get update" \
    "  apt-get install --no-install-recommends $*" \
    "LLVM 22 is in the suite $release-security; apt's sources need a line like" \
    "  deb MIRROR/debian-security $release-security main"
  exit 1
}

# True when apt knows a version of the package that it could install.
available() {
  local policy
  policy=$(apt-cache policy "$1" 2>/dev/null)
  [[ $policy == *"Candidate: "[!\(]* ]]
}

# The first source of the release itself, as one line of apt's older format,
# whichever of the two formats it is written in.
release_source() {
  local folder=$1 line
  line=$(cat "$folder/sources.list" "$folder"/sources.list.d/*.list \
    2>/dev/null | grep -m 1 -E "^deb (\[[^]]*\] )?[^ ]+ $release( |\$)" || true)
  if [ -n "$line" ]; then
    printf '%s\n' "$line"
    return 0
  fi
  cat "$folder"/sources.list.d/*.sources 2>/dev/null | awk -v r="$release" '
    function done_() {
      if (uri != "" && index(" " suites " ", " " r " ") && !found) {
        found = 1
        print "deb " (key != "" ? "[signed-by=" key "] " : "") uri " " r " main"
      }
      uri = suites = key = ""
    }
    /^[ \t]*$/ { done_() }
    /^URIs:/ { uri = $2 }
    /^Suites:/ { sub(/^Suites:[ \t]*/, ""); suites = $0 }
    /^Signed-By:/ { key = $2 }
    END { done_() }' || true
}

# Debian's security suite, where apt does not have it: beside the mirror that
# apt already uses.
add_security_suite() {
  local folder=${HEDDLE_APT_FOLDER:-/etc/apt} line file
  line=$(release_source "$folder")
  [ -n "$line" ] || return 1
  line=$(sed -E "s#/debian/? $release( .*)?\$#/debian-security $release-security main#" \
    <<<"$line")
  case $line in *"/debian-security $release-security main") ;; *) return 1 ;; esac
  file=$folder/sources.list.d/heddle-security.list
  say "apt has no $release-security: adding it in $file"
  printf '%s\n' "$line" >"$file"
  if ! logged apt-get update || ! available libmlir-22-dev; then
    rm -f "$file"
    return 1
  fi
}

install_packages() {
  local missing
  if ! command -v dpkg-query >/dev/null; then
    complain "this is no Debian: heddle is built on Debian 12 ($release)"
    by_hand "$@"
  fi
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ]; then
    complain "not root, and these Debian packages are missing:"
    by_hand "${missing[@]}"
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  logged apt-get update || by_hand "${missing[@]}"
  available libmlir-22-dev || add_security_suite || by_hand "${missing[@]}"
  DEBIAN_FRONTEND=noninteractive logged apt-get install -y \
    --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}" ||
    by_hand "${missing[@]}"
}

# A Python that can make environments: Debian 12's by preference.
find_python() {
  local candidate
  for candidate in python3.11 python3 python3.12 python3.13; do
    if "$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then
      command -v "$candidate"
      return 0
    fi
  done
  complain "no Python 3 with venv and ensurepip was found"
  by_hand python3 python3-venv
}

# The environment is known by the requirements and by where it stands, which
# its scripts hold.
install_environment() {
  local python stamp=$environment/heddle.stamp wanted
  wanted=$(sha256sum <"$root/requirements.txt")$root
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] &&
     "$environment/bin/python3" -c '' 2>/dev/null; then
    return 0
  fi
  python=$(find_python)
  say "installing $(grep -c '==' "$root/requirements.txt") Python packages into build/env"
  rm -rf "$environment"
  if ! logged "$python" -m venv "$environment" ||
     ! logged "$environment/bin/python3" -m pip install --no-deps \
       --disable-pip-version-check -r "$root/requirements.txt"; then
    rm -rf "$environment"
    complain "" "where there is no network, fetch the wheels elsewhere with" \
      "  pip download --no-deps -r requirements.txt -d FOLDER" \
      "and run this again with PIP_NO_INDEX=1 PIP_FIND_LINKS=FOLDER"
    exit 1
  fi
  printf '%s\n' "$wanted" >"$stamp"
}

# As many jobs as there are cores and memory: 1.5 GB for a file of MLIR.
jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo 2>/dev/null) ||
    memory=
  if [ -n "$memory" ] && [ "$memory" -lt "$cores" ]; then cores=$memory; fi
  if [ "$cores" -lt 1 ]; then cores=1; fi
  echo "$cores"
}

# build PRESET: configures and builds one preset; ninja prints its progress.
build_preset() {
  local preset=$1 folder=$root/build/$1 home
  home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' \
    "$folder/CMakeCache.txt" 2>/dev/null || true)
  if [ -n "$home" ] && [ "$home" != "$root" ]; then
    say "build/$preset was made in $home: starting afresh"
    rm -rf "$folder"
  fi
  say "building build/$preset with $(jobs) jobs"
  # Configuring is logged; what a preset is built from is always found anew.
  (cd "$root" && logged "$environment/bin/cmake" --preset "$preset") || exit 1
  "$environment/bin/cmake" --build "$folder" -j "$(jobs)"
}

main() {
  local verb=${1:-}
  case $verb in
    build | demo | checkers) [ $# -eq 1 ] || { usage >&2; exit 2; } ;;
    test) ;;
    preset) [ $# -eq 2 ] || { usage >&2; exit 2; } ;;
    -h | --help | help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
  mkdir -p "$root/build"
  : >"$log"
  export LC_ALL=C.UTF-8
  if [ -z "${HOME:-}" ]; then export HOME=$root/build/home; fi
  export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root} # clones share what they built

  case $verb in
    checkers) install_packages "${checker_packages[@]}"; exit 0 ;;
    *) install_packages "${build_packages[@]}" ;;
  esac
  install_environment
  case $verb in
    preset) build_preset "$1" ;;
    *) build_preset release ;;
  esac
  case $verb in
    test)
      say "testing"
      "$environment/bin/ctest" --test-dir "$root/build/release" \
        --output-on-failure --no-tests=error -j "$(nproc)" "$@" ;;
    demo)
      say "the demo"
      "$environment/bin/python3" "$root/models/minilm_demo.py" ;;
  esac
  say "done"
}

main "$@"
