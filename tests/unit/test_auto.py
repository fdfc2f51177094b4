"""Which model is used where none is named."""

from pathlib import Path

import pytest

from shellmate.core.paths import Paths
from shellmate.models.auto import CODERS, available_memory, choose_model, larger_model
from shellmate.models.catalogue import CATALOGUE
from shellmate.models.installed import place_of

LARGE, SMALL = CODERS
PLENTY = 64 << 30


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.of({f"SHELLMATE_{k}_DIR": str(tmp_path / k.lower()) for k in ("CONFIG", "DATA", "CACHE", "STATE")})


def install(paths: Paths, *names: str) -> None:
    for name in names:
        place = place_of(CATALOGUE[name], paths)
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as file:
            file.truncate(CATALOGUE[name].bytes)


def test_what_is_not_here_is_not_chosen(paths):
    assert choose_model(paths, "careful", 64, PLENTY) == SMALL
    install(paths, SMALL)
    assert choose_model(paths, "careful", 64, PLENTY) == SMALL
    install(paths, LARGE)
    assert choose_model(paths, "careful", 64, PLENTY) == LARGE


def test_half_of_a_file_is_no_model(paths):
    install(paths, LARGE)
    with place_of(CATALOGUE[LARGE], paths).open("r+b") as file:
        file.truncate(1 << 20)
    assert choose_model(paths, "careful", 64, PLENTY) == SMALL


@pytest.mark.parametrize(
    "effort, cores, memory, chosen",
    [
        ("fast", 1, PLENTY, SMALL),
        ("balanced", 1, PLENTY, SMALL),
        ("careful", 1, PLENTY, SMALL),
        ("fast", 2, PLENTY, LARGE),
        ("balanced", 2, PLENTY, LARGE),
        ("careful", 8, 1 << 30, SMALL),
        ("careful", 8, 2 << 30, LARGE),
        ("careful", 0, 0, SMALL),
    ],
)
def test_it_has_to_fit_and_to_be_soon_enough(paths, effort, cores, memory, chosen):
    install(paths, LARGE, SMALL)
    assert choose_model(paths, effort, cores, memory) == chosen


def test_what_is_larger_than_a_model(paths):
    assert larger_model(SMALL, paths) is None
    install(paths, LARGE)
    assert larger_model(SMALL, paths) == LARGE
    assert larger_model(LARGE, paths) is None
    assert larger_model("./other.gguf", paths) is None


def test_memory_is_some_and_not_more_than_a_machine_has():
    assert 1 << 20 < available_memory() < 1 << 50
