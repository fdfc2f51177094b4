"""The history file, whatever is in it."""

import os

from shellmate.repl import history
from shellmate.repl.history import MOST_ENTRIES, HistoryFile, MessageHistory


def test_messages_come_back_the_newest_first(tmp_path):
    file = HistoryFile(tmp_path / "history")
    messages = ["one", "two\nlines\n\n", "+plus\n# hash", "中文", "\r"]
    for message in messages:
        file.store_string(message)
    assert list(file.load_history_strings()) == messages[::-1]
    assert not file.fault


def test_a_long_file_is_read_from_its_end(tmp_path, monkeypatch):
    path = tmp_path / "history"
    path.write_text("".join(f"\n# then\n+message {n}\n" for n in range(MOST_ENTRIES + 500)))
    loaded = list(HistoryFile(path).load_history_strings())
    assert loaded[0] == f"message {MOST_ENTRIES + 499}" and len(loaded) == MOST_ENTRIES
    monkeypatch.setattr(history, "BLOCK", 7)
    assert list(HistoryFile(path).load_history_strings()) == loaded
    monkeypatch.setattr(history, "MOST_BYTES", 50)
    assert list(HistoryFile(path).load_history_strings()) == loaded[: len("x" * 2)]


def test_an_entry_that_was_cut_off_spoils_no_other(tmp_path):
    path = tmp_path / "history"
    path.write_bytes(b"\n# then\n+one\n\n# then\n+tw")
    file = HistoryFile(path)
    file.store_string("three")
    assert list(file.load_history_strings()) == ["three", "tw", "one"]


def test_what_is_not_a_file_is_told_and_blocks_nothing(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        file = HistoryFile(path)
        file.store_string("one")
        assert not list(file.load_history_strings())
        assert "cannot be written" in file.fault


def test_a_blank_in_front_keeps_a_message_out(tmp_path):
    kept = MessageHistory(tmp_path / "history")
    for message in ("one", " two", "\tthree"):
        kept.append_string(message)
    assert kept.get_strings() == list(kept.load_history_strings()) == ["one"]


def test_characters_that_are_no_characters_are_kept_as_question_marks(tmp_path):
    file = HistoryFile(tmp_path / "history")
    file.store_string("caf\udce9")
    assert list(file.load_history_strings()) == ["caf?"]
