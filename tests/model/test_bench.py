"""`shellmate bench` on a model that is one."""

import json
from pathlib import Path

import pytest

from shellmate.core.paths import Paths

pytestmark = pytest.mark.model


def test_smollm_quickly(run, unprimed, smollm_file):
    """In a cache that has nothing, in which nothing is left."""
    done = run("bench", "smollm2-135m", "--quick", "--json", "--runs", "1", "--threads", "1", env=unprimed, timeout=300)
    assert done.returncode == 0, done.stderr
    [model] = json.loads(done.stdout)["models"]
    assert (model["name"], model["bytes"], model["error"]) == ("smollm2-135m", smollm_file.path.stat().st_size, None)
    [row] = model["threads"]
    assert row["prompt_tokens_per_s"]["median"] > row["generation_tokens_per_s"]["median"] > 0
    peak, private = row["peak_memory_bytes"]["median"], row["private_memory_bytes"]["median"]
    assert peak > model["bytes"], "the model's file is mapped, and counts"
    assert 0 < private < peak - model["bytes"] / 2
    assert "shellmate: smollm2-135m: priming, 1 of 1 ..." in done.stderr.splitlines()
    cache = Paths.of(unprimed).cache
    assert not list(Path(cache).iterdir())
