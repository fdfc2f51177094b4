"""A shellmate that shells can call."""

import sys
from pathlib import Path

import pytest

from tests.shell.terminal import CHECKOUT


@pytest.fixture
def shellmate_path(tmp_path: Path) -> Path:
    path = tmp_path / "shellmate"
    path.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path[:0] = [{str(CHECKOUT)!r}]\nfrom shellmate.__main__ import run\nrun()\n"
    )
    path.chmod(0o755)
    return path
