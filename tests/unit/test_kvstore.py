"""The KV store: what is not whole, sound and ours is a miss; it stays within its size; nothing in it ends an answer."""

import os
import pickle
import stat
import subprocess
import sys
import threading
from pathlib import Path

import diskcache
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shellmate.core.errors import ShellmateError, TimedOut
from shellmate.engine import kvstore
from shellmate.engine.blob import Frame, key_of, pack, unpack
from shellmate.engine.kvstore import KVStore, open_store
from shellmate.prompt.prompt import Message

MESSAGES = (Message("system", "be brief"), Message("user", "hi"), Message("assistant", "ho"))
KEY = key_of("ab" * 32, "build", "layout", MESSAGES)
OTHER = key_of("ab" * 32, "build", "layout", MESSAGES[:2])
FRAME = Frame("qwen2", 1000, [1, 2, 3], [4, 5], [3])
STATE = bytes(range(256)) * 64
MEGABYTE = 1 << 20


@pytest.fixture
def store(tmp_path: Path):
    store = KVStore(tmp_path / "kv", 64 * MEGABYTE)
    yield store
    store.close()


def read(store: KVStore, key: str = KEY) -> bytes | None:
    with store.read(key) as primed:
        if primed is None:
            return None
        assert primed.frame == FRAME
        return bytes(primed.state)


def the_file(directory: Path) -> Path:
    (file,) = directory.rglob("*.val")
    return file


def test_what_is_written_is_read_also_by_the_next_process(store: KVStore, tmp_path: Path):
    assert read(store) is None
    assert store.write(KEY, FRAME, bytearray(STATE))
    assert read(store) == STATE
    again = KVStore(tmp_path / "kv", 64 * MEGABYTE)
    assert read(again) == STATE
    assert read(again, OTHER) is None
    assert again.info()[0] == 1
    again.close()


def test_files_are_private(store: KVStore, tmp_path: Path):
    store.write(KEY, FRAME, STATE)
    assert stat.S_IMODE((tmp_path / "kv").stat().st_mode) == 0o700
    files = [f for f in (tmp_path / "kv").rglob("*") if f.is_file()]
    assert files
    assert {stat.S_IMODE(f.stat().st_mode) & 0o077 for f in files} == {0}


def test_clear_forgets_all(store: KVStore):
    store.write(KEY, FRAME, STATE)
    store.write(OTHER, FRAME, STATE)
    assert store.clear() == 2
    assert read(store) is None
    assert store.info()[0] == 0


@pytest.mark.parametrize(
    "where", ["first", "digest", "frame length", "state length", "checksum", "frame", "state", "last"]
)
def test_a_flipped_bit_is_a_miss(store: KVStore, tmp_path: Path, where: str):
    store.write(KEY, FRAME, STATE)
    file = the_file(tmp_path)
    blob = bytearray(file.read_bytes())
    head = len(blob) - len(STATE)
    places = {"first": 0, "digest": 20, "frame length": 48, "state length": 56, "checksum": 64, "frame": head - 1}
    place = (places | {"state": head + 999, "last": -1})[where]
    blob[place] ^= 4
    file.write_bytes(blob)
    assert read(store) is None
    assert store.write(KEY, FRAME, STATE)
    assert read(store) == STATE


@pytest.mark.parametrize("length", [0, 1, 67, 68, 69, 80, 5000])
def test_a_truncated_value_is_a_miss(store: KVStore, tmp_path: Path, length: int):
    store.write(KEY, FRAME, STATE)
    os.truncate(the_file(tmp_path), length)
    assert read(store) is None
    assert store.write(KEY, FRAME, STATE)
    assert read(store) == STATE


def test_a_longer_value_is_a_miss(store: KVStore, tmp_path: Path):
    store.write(KEY, FRAME, STATE)
    with the_file(tmp_path).open("ab") as file:
        file.write(b"\0")
    assert read(store) is None


def test_a_removed_value_is_a_miss(store: KVStore, tmp_path: Path):
    store.write(KEY, FRAME, STATE)
    the_file(tmp_path).unlink()
    assert read(store) is None
    assert store.write(KEY, FRAME, STATE)
    assert read(store) == STATE


def test_a_sound_blob_of_another_key_is_a_miss(store: KVStore, tmp_path: Path):
    store.write(KEY, FRAME, STATE)
    the_file(tmp_path).write_bytes(pack(OTHER, FRAME, STATE))
    assert read(store) is None


class Trap:
    """Leaves a file behind where it is unpickled."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("min_file_size", [0, MEGABYTE], ids=["in a file", "in the database"])
@pytest.mark.parametrize("what", ["pickle", "text", "number", "bytes", "none"])
def test_what_another_program_put_under_the_key_is_a_miss(tmp_path: Path, what: str, min_file_size: int):
    sprung = tmp_path / "sprung"
    KVStore(tmp_path / "kv", MEGABYTE).close()
    value = {"pickle": Trap(sprung), "text": "text", "number": 17, "bytes": b"bytes", "none": None}[what]
    with diskcache.Cache(str(tmp_path / "kv"), disk_min_file_size=min_file_size) as plain:
        plain[KEY] = value
    store = KVStore(tmp_path / "kv", 64 * MEGABYTE)
    assert read(store) is None
    assert store.write(KEY, FRAME, STATE)
    assert read(store) == STATE
    assert not sprung.exists()
    store.close()


def test_pickled_keys_of_another_program_are_never_opened(tmp_path: Path):
    sprung = tmp_path / "sprung"
    KVStore(tmp_path / "kv", MEGABYTE).close()
    with diskcache.Cache(str(tmp_path / "kv")) as plain:
        plain[("a", 1)] = Trap(sprung)
        plain._sql(  # a key that is a pickle of the trap
            "INSERT INTO Cache (key, raw, store_time, access_time, size, mode, value) VALUES (?, 0, 0, 0, 0, 1, 1)",
            (memoryview(pickle.dumps(Trap(sprung))),),
        )
    store = KVStore(tmp_path / "kv", 64 * MEGABYTE)
    assert store.write(KEY, FRAME, STATE)
    assert read(store) == STATE
    store.info()
    store.clear()
    store.close()
    assert not sprung.exists()


@pytest.mark.parametrize("damage", ["text", "empty", "half", "flipped"])
def test_a_damaged_database_is_begun_anew(tmp_path: Path, damage: str):
    store = KVStore(tmp_path / "kv", MEGABYTE)
    store.write(KEY, FRAME, STATE)
    store.close()
    database = tmp_path / "kv" / "cache.db"
    for beside in tmp_path.glob("kv/cache.db-*"):
        beside.unlink()
    data = database.read_bytes()
    database.write_bytes(
        {
            "text": b"this is no database\n" * 5000,
            "empty": b"",
            "half": data[: len(data) // 2],
            "flipped": bytes(b ^ 0xFF for b in data[:100]) + data[100:],
        }[damage]
    )
    store = KVStore(tmp_path / "kv", 64 * MEGABYTE)
    read(store)
    assert store.write(KEY, FRAME, STATE)
    assert read(store) == STATE
    store.close()


@pytest.mark.parametrize("page", range(1, 8))
def test_a_database_with_a_ruined_page_does_not_end_the_answer(tmp_path: Path, page: int):
    """Damage that is not found on opening: a store that fails later is a miss, and mends itself on the next opening."""
    store = KVStore(tmp_path / "kv", MEGABYTE)
    store.write(KEY, FRAME, STATE)
    store.close()
    database = tmp_path / "kv" / "cache.db"
    data = bytearray(database.read_bytes())
    if page * 4096 >= len(data):
        return
    data[page * 4096 : (page + 1) * 4096] = b"\xa5" * 4096
    database.write_bytes(data)
    store = open_store(tmp_path / "kv", MEGABYTE, lambda _: None)
    if store is not None:
        assert read(store) in (None, STATE)
        store.write(KEY, FRAME, STATE)
        assert read(store) in (None, STATE)
        store.close()


def test_size_is_bounded_and_the_least_recently_read_goes_first(tmp_path: Path):
    store = KVStore(tmp_path / "kv", 2 * MEGABYTE)
    keys = [key_of("ab" * 32, "build", "layout", [Message("user", str(n))]) for n in range(20)]
    kept = os.urandom(300_000)
    store.write(keys[0], FRAME, kept)
    for key in keys[1:]:
        assert read(store, keys[0]) == kept
        store.write(key, FRAME, os.urandom(300_000))
        assert read(store, key) is not None, "what was just written is kept"
    count, size = store.info()
    assert size < 2 * MEGABYTE
    assert count >= 4, "no more is thrown away than has to be"
    assert read(store, keys[0]) == kept
    assert read(store, keys[1]) is None
    store.close()


def test_an_entry_larger_than_the_limit_does_no_harm(tmp_path: Path):
    store = KVStore(tmp_path / "kv", MEGABYTE)
    store.write(KEY, FRAME, b"x" * (2 * MEGABYTE))
    assert read(store) in (None, b"x" * (2 * MEGABYTE))
    store.write(OTHER, FRAME, STATE)
    assert read(store, OTHER) == STATE
    store.close()


def test_a_directory_that_cannot_be_used_is_said_and_is_no_end(tmp_path: Path):
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(ShellmateError):
        KVStore(tmp_path / "file" / "kv", MEGABYTE)
    said: list[str] = []
    assert open_store(tmp_path / "file" / "kv", MEGABYTE, said.append) is None
    assert len(said) == 1
    assert said[0].startswith("shellmate: ")


def test_one_primes_at_a_time(store: KVStore, tmp_path: Path):
    order: list[str] = []
    other = KVStore(tmp_path / "kv", MEGABYTE)

    def wait() -> None:
        with other.priming():
            order.append("second")

    with store.priming():
        thread = threading.Thread(target=wait)
        thread.start()
        thread.join(0.3)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]
    other.close()


def test_a_process_that_dies_priming_does_not_lock_the_others_out(tmp_path: Path):
    die = (
        "import os, sys; from pathlib import Path; from shellmate.engine.kvstore import KVStore\n"
        "with KVStore(Path(sys.argv[1]), 1 << 20).priming(): os._exit(9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", die, str(tmp_path / "kv")],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 9
    store = KVStore(tmp_path / "kv", MEGABYTE)
    thread = threading.Thread(target=lambda: store.priming().__enter__(), daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    "other",
    [
        ("cd" * 32, "build", "layout", MESSAGES),
        ("ab" * 32, "another", "layout", MESSAGES),
        ("ab" * 32, "build", "q8_0", MESSAGES),
        ("ab" * 32, "build", "layout", MESSAGES[:2]),
        ("ab" * 32, "build", "layout", MESSAGES[::-1]),
        ("ab" * 32, "build", "layout", (Message("user", "be brief"), *MESSAGES[1:])),
    ],
    ids=["model", "build", "layout", "shorter", "order", "role"],
)
def test_whatever_changes_the_state_changes_the_key(other: tuple):
    assert key_of(*other) != KEY


@settings(max_examples=200, deadline=None)
@given(state=st.binary(max_size=300), data=st.data())
def test_only_the_blob_itself_unpacks(state: bytes, data: st.DataObject):
    blob = pack(KEY, FRAME, state)
    primed = unpack(KEY, memoryview(blob))
    assert (primed.frame, bytes(primed.state)) == (FRAME, state)
    assert unpack(OTHER, memoryview(blob)) is None
    changed = bytearray(blob)
    changed[data.draw(st.integers(0, len(blob) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert unpack(KEY, memoryview(bytes(changed))) is None
    assert unpack(KEY, memoryview(blob)[: data.draw(st.integers(0, len(blob) - 1))]) is None


@given(st.binary(max_size=300))
def test_noise_does_not_unpack(noise: bytes):
    assert unpack(KEY, memoryview(noise)) is None


def test_clear_takes_away_what_a_damaged_index_has_left(store: KVStore, tmp_path: Path):
    orphan = tmp_path / "kv" / "aa" / "orphan.val"
    orphan.parent.mkdir()
    orphan.write_bytes(b"x")
    store.clear()
    assert not list((tmp_path / "kv").rglob("*.val"))


def test_a_timeout_while_the_store_is_opened_is_none_of_its_faults(tmp_path, monkeypatch):
    def open_slowly(*_):
        raise TimedOut("--timeout of 1 s has passed")

    monkeypatch.setattr(kvstore.KVStore, "__init__", open_slowly)
    with pytest.raises(TimedOut):
        kvstore.open_store(tmp_path, 1 << 20, pytest.fail)
