#!/bin/sh
# Install one part into the virtual environment, unless it is there: install.sh PYTHON VENV run|test|lint
# Runs under locked.py.
set -eu
python=$1 venv=$2 part=$3
cd "$(dirname "$0")/.."

say() { echo "$*" >&2; }
pip() { "$venv/bin/python" -m pip --disable-pip-version-check -q "$@" </dev/null; }
is_fresh() { [ -e "$venv/.$1" ] && [ -z "$(find pyproject.toml scripts/install.sh scripts/build_llama.sh -newer "$venv/.$1")" ]; }
requirements() {
    "$venv/bin/python" -c 'import sys, tomllib
print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"][sys.argv[1]], sep="\n")' "$1"
}

if is_fresh "$part"; then
    touch "$venv/.$part"
    exit 0
fi

case $part in
    run)
        if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
            say "making $venv"
            if ! "$python" -m venv --clear "$venv"; then
                rm -rf "$venv"
                say "$python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"
                exit 1
            fi
        fi
        sh scripts/build_llama.sh "$venv/bin/python"
        say "installing shellmate"
        pip install -e .
        "$venv/bin/python" -m compileall -q shellmate # pip does it for a wheel only; the first start is not to wait for it
        ;;
    *)
        say "installing what $part needs"
        requirements "$part" >"$venv/$part.txt"
        pip install -r "$venv/$part.txt"
        ;;
esac
touch "$venv/.$part"
