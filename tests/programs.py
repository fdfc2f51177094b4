"""Programs that some tests need beside Python and a compiler."""

import os
import shutil

import pytest

PACKAGES = {
    "ps": "procps",
    "cc": "gcc",
    "ls": "coreutils",
    "df": "coreutils",
    "groff": "groff-base",
    "man": "man-db",
    "manpath": "man-db",
    "bwrap": "bubblewrap",
    "script": "bsdutils",
}


def need(program: str) -> str:
    """Its path. Where it is missing the test is skipped, but with SHELLMATE_TEST_ALL, as in CI, it fails."""
    if path := shutil.which(program):
        return path
    missing = f"{program} is not installed (Debian, Ubuntu: apt install {PACKAGES.get(program, program)})"
    if os.environ.get("SHELLMATE_TEST_ALL"):
        pytest.fail(missing)
    pytest.skip(missing)
