#!/bin/sh
# Install llama-cpp-python into the environment of PYTHON: build_llama.sh PYTHON
#
# There is no wheel of it on the package index, so it is compiled here, for this very processor, once: the wheel is
# kept in the cache under a key of version, processor and build arguments. Only llama.cpp's library is built, which
# takes half the time of the whole; where that fails, the whole is built. Runs under locked.py.
# shellcheck disable=SC2317  # the builds are called by name
set -eu
python=$1
version=${LLAMA_CPP_PYTHON_VERSION:-0.3.36}
cache=${SHELLMATE_BUILD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/shellmate-build}
users_args=${CMAKE_ARGS:-}
recipe=1

say() { echo "$*" >&2; }
pip() { "$python" -m pip --disable-pip-version-check "$@" </dev/null; }

processor() {
    uname -sm
    if [ -r /proc/cpuinfo ]; then
        grep -E -m 2 '^(model name|flags|CPU part|Features)' /proc/cpuinfo
    else
        sysctl -n machdep.cpu.brand_string 2>/dev/null
        sysctl -n machdep.cpu.features machdep.cpu.leaf7_features 2>/dev/null
    fi || :
}

build_lean() {
    # shellcheck disable=SC2016  # $ORIGIN is for the dynamic linker
    case $(uname -s) in Darwin) origin=@loader_path ;; *) origin='$ORIGIN' ;; esac
    SKBUILD_CMAKE_SOURCE_DIR=vendor/llama.cpp \
        SKBUILD_WHEEL_INSTALL_DIR=llama_cpp \
        SKBUILD_BUILD_TARGETS=llama \
        SKBUILD_WHEEL_EXCLUDE='llama_cpp/include;llama_cpp/bin;llama_cpp/lib/cmake;llama_cpp/lib/pkgconfig' \
        CMAKE_ARGS="-DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_APP=OFF -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_INSTALL_RPATH=$origin -DCMAKE_PLATFORM_NO_VERSIONED_SONAME=ON $users_args" \
        pip wheel -v --no-deps --no-cache-dir -w "$1" "llama-cpp-python==$version"
}

build_whole() {
    CMAKE_ARGS="-DLLAVA_BUILD=OFF $users_args" \
        pip wheel -v --no-deps --no-cache-dir -w "$1" "llama-cpp-python==$version"
}

# install_and_try WHEEL: install it and load its library
install_and_try() {
    pip install -q "$1" >&2 && pip install -q --force-reinstall --no-deps "$1" >&2 && loads
}

loads() {
    "$python" -c '
import llama_cpp

llama_cpp.Llama
llama_cpp.llama_backend_init()
assert llama_cpp.llama_print_system_info()' 2>/dev/null
}

is_installed() {
    [ "$(cat "$mark" 2>/dev/null)" = "$key" ] && loads
}

key=$version-$({
    processor
    echo "$recipe $users_args ${CC:-} ${CXX:-} ${CFLAGS:-} ${CXXFLAGS:-}"
} | cksum | cut -d ' ' -f 1)
mark=$("$python" -c 'import sys; print(sys.prefix)')/.llama
kept=$cache/$key

if is_installed; then exit 0; fi

for wheel in "$kept"/*.whl; do
    if [ -e "$wheel" ] && install_and_try "$wheel"; then
        echo "$key" >"$mark"
        exit 0
    fi
done

mkdir -p "$cache"
temporary=$(mktemp -d "$cache/building.XXXXXX")
trap 'rm -rf "$temporary"' EXIT
trap 'exit 130' INT TERM
log=$cache/build.log
say "building llama.cpp for this processor: 3 to 10 minutes, this once (log: $log)"
for build in build_lean build_whole; do
    rm -rf "$temporary/wheel"
    mkdir "$temporary/wheel"
    if "$build" "$temporary/wheel" >"$log" 2>&1; then
        for wheel in "$temporary"/wheel/*.whl; do
            if [ -e "$wheel" ] && install_and_try "$wheel"; then
                rm -rf "$kept"
                mv "$temporary/wheel" "$kept"
                echo "$key" >"$mark"
                exit 0
            fi
        done
        echo "the built wheel cannot be loaded" >>"$log"
    fi
    if ! command -v c++ >/dev/null && ! command -v g++ >/dev/null && ! command -v clang++ >/dev/null; then
        say "there is no C++ compiler; install one (Debian, Ubuntu: apt install g++; macOS: xcode-select --install)"
        say "or take upstream's wheels: PIP_EXTRA_INDEX_URL=https://abetlen.github.io/llama-cpp-python/whl/cpu make"
        exit 1
    fi
    [ "$build" = build_whole ] || {
        mv "$log" "$cache/build-lean.log"
        say "that failed; building all of it instead"
    }
done
tail -n 20 "$log" >&2
say "llama-cpp-python $version could not be built; the whole log is $log"
exit 1
