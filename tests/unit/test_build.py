"""What llama.cpp was built for, against what the processor can do."""

from pathlib import Path

import pytest

from shellmate.engine.build import Build, processor_features, read_build

ZEN = "processor\t: 0\nflags\t\t: fpu sse4_2 fma f16c avx avx2 bmi2 avx512f avx512_vnni\n"
NEOVERSE = "processor\t: 0\nFeatures\t: fp asimd aes asimddp i8mm\n"


@pytest.mark.parametrize(
    ("cpuinfo", "features"),
    [
        (ZEN, {"AVX", "AVX2", "FMA", "F16C", "BMI2", "AVX512", "AVX512_VNNI"}),
        (NEOVERSE, {"NEON", "DOTPROD", "MATMUL_INT8"}),
        ("", set()),
        ("flags\n", set()),
    ],
)
def test_the_processor_by_what_the_system_says(tmp_path: Path, cpuinfo: str, features: set[str]) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(cpuinfo)
    assert processor_features(file) == features


def test_a_system_that_says_nothing(tmp_path: Path) -> None:
    assert processor_features(tmp_path / "none") == frozenset()


@pytest.mark.parametrize(
    ("built", "processor", "unused", "missing"),
    [
        ({"AVX2", "FMA", "F16C"}, {"AVX2", "FMA", "F16C", "AVX512"}, [], []),
        ({"SSE3"}, {"AVX2", "FMA"}, ["AVX2", "FMA"], []),
        ({"AVX2", "AVX512"}, {"AVX2"}, [], ["AVX512"]),
        ({"NEON"}, {"NEON", "DOTPROD"}, ["DOTPROD"], []),
        ({"AVX2", "AVX512"}, set(), [], []),  # not known: nothing is said
    ],
)
def test_what_is_unused_and_what_is_missing(
    built: set[str], processor: set[str], unused: list[str], missing: list[str]
) -> None:
    build = Build("1", frozenset(built))
    assert (build.unused(processor), build.missing(processor)) == (unused, missing)


def test_the_installed_one_fits_this_processor() -> None:
    build = read_build()
    assert build.version and not build.missing(processor_features())
