#!/bin/sh
# Build llama.cpp's own server from the sources that llama-cpp-python ships, for the benchmark alone:
# build_llama_server.sh PYTHON
set -eu
python=$1
cache=${SHELLMATE_BUILD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/shellmate-build}
target=$cache/llama-server

[ ! -x "$target/bin/llama-server" ] || exit 0
version=$("$python" -c 'from importlib.metadata import version; print(version("llama-cpp-python"))')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "building llama.cpp's server, which takes some minutes" >&2
"$python" -m pip --disable-pip-version-check download -q --no-deps --no-binary :all: -d "$work" "llama-cpp-python==$version"
tar -xzf "$work"/llama_cpp_python-*.tar.gz -C "$work"
"$python" -m venv "$work/tools"
"$work/tools/bin/pip" --disable-pip-version-check install -q cmake ninja
source=$(echo "$work"/llama_cpp_python-*/vendor/llama.cpp)
"$work/tools/bin/cmake" -G Ninja -DCMAKE_MAKE_PROGRAM="$work/tools/bin/ninja" -S "$source" -B "$work/build" \
    -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF \
    -DLLAMA_BUILD_EXAMPLES=OFF >"$work/log" 2>&1 || { tail -20 "$work/log" >&2 && exit 1; }
"$work/tools/bin/cmake" --build "$work/build" --target llama-server >"$work/log" 2>&1 || { tail -20 "$work/log" >&2 && exit 1; }
mkdir -p "$target/bin"
cp "$work/build/bin/llama-server" "$target/bin/llama-server.new"
mv "$target/bin/llama-server.new" "$target/bin/llama-server"
