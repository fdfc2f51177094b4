#!/bin/sh
# Build a release and try it in a clean environment: release.sh PYTHON
#
# PYTHON has the package `build`. The sdist and the wheel are left in dist/; nothing is published. Runs under locked.py.
set -eu
python=$1
cd "$(dirname "$0")/.."

say() { echo "$*" >&2; }
fail() {
    say "release: $*"
    exit 1
}

# expect WHERE TEXT: TEXT, which has the version in it, is a line of the file, or the beginning of one
expect() {
    grep -q "^$2" "$1" || fail "$1 does not say '$2'; \`make docs\` mends what is made from the code"
}

version=$("$python" -c 'import shellmate; print(shellmate.__version__)')
expect shellmate/__init__.py "__version__ = \"$version\""
expect man/shellmate.1 ".TH SHELLMATE 1 \"\" \"shellmate $version\""
expect docs/reference.md "Of shellmate $version,"
newest=$(sed -n 's/^## \[\([0-9][^]]*\)\].*/\1/p' CHANGELOG.md | head -n 1)
if [ -n "$newest" ] && [ "$newest" != "$version" ]; then
    fail "CHANGELOG.md has $newest as its newest version, and this is $version"
fi

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
trap 'exit 130' INT TERM

say "building $version"
rm -rf dist
"$python" -m build --outdir dist . >"$temporary/build.log" 2>&1 || {
    cat "$temporary/build.log" >&2
    fail "it cannot be built"
}
wheel=dist/shellmate-$version-py3-none-any.whl
for file in "$wheel" "dist/shellmate-$version.tar.gz"; do
    [ -e "$file" ] || fail "there is no $file, but: $(ls dist)"
done

say "installing the wheel into a clean environment"
"$python" -m venv "$temporary/venv"
sh scripts/build_llama.sh "$temporary/venv/bin/python"
"$temporary/venv/bin/python" -m pip --disable-pip-version-check install -q "$wheel" </dev/null

say "trying it"
shellmate=$temporary/venv/bin/shellmate
installed=$("$shellmate" model path 2>/dev/null) || installed=
for kind in CONFIG CACHE STATE RUNTIME; do
    export "SHELLMATE_${kind}_DIR=$temporary/$kind"
done
export SHELLMATE_RESIDENT=never
mkdir "$temporary/elsewhere"
cd "$temporary/elsewhere"
[ "$("$shellmate" --version </dev/null)" = "shellmate, version $version" ] || fail "--version does not say $version"
"$shellmate" --help | grep -q '^Usage: shellmate' || fail "--help does not show the usage"
"$shellmate" init bash | bash -n || fail "bash cannot read what init prints"
[ "$("$shellmate" judge ls)" = safe ] || fail "judge does not say that ls is safe"
refused=0
"$shellmate" judge -q 'rm -rf /' || refused=$?
[ "$refused" = 5 ] || fail "judge does not say that rm -rf / is dangerous"
if [ -n "$installed" ]; then
    code=$("$shellmate" -q --offline --effort fast --py "count csv column mean" </dev/null)
    echo "$code" | "$python" -c 'import ast, sys; sys.exit(not ast.parse(sys.stdin.read()).body)' || fail "it gives no code"
else
    say "the model is not installed, so that no question was asked"
fi

say ""
say "shellmate $version works from its wheel. Before it is published:"
[ -n "$newest" ] || say "- CHANGELOG.md: what is under Unreleased becomes $version, with the date"
say "- .ci/run is green, on Linux, and make test on macOS"
say "- the figures in the README are of this version: make bench"
say "- the commit is tagged v$version, and the tag is pushed"
say "- put beside the tag, not on the package index, where the name is another program's: $wheel dist/shellmate-$version.tar.gz"
