"""`shellmate index`, as a user types it."""

import json


def test_a_page_is_read_and_kept(shellmate):
    done = shellmate("index", "ls", "grep")
    assert done.code == 0
    assert [line.split(":")[0] for line in done.out.splitlines()] == ["ls", "grep"]
    assert "options" in done.out
    summary = json.loads(shellmate("index", "--json").out)
    assert summary["programs"] == ["grep", "ls"]
    assert summary["bytes"] > 0


def test_the_options_are_listed_as_json(shellmate):
    options = json.loads(shellmate("index", "--json", "ls").out)["ls"]["options"]
    assert {"-l", "--all", "--human-readable"} <= set(options)


def test_a_program_of_ones_own_is_run_only_where_it_is_named(shellmate, tmp_path):
    tool = tmp_path / "mytool"
    tool.write_text(
        f"#!/bin/sh\necho ran >> {tmp_path}/ran\necho 'Usage: mytool [OPTION]'\necho '  -z, --zap   zap it'\n"
    )
    tool.chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    shellmate("explain", "mytool -z", PATH=path)
    assert not (tmp_path / "ran").exists()
    done = shellmate("index", "mytool", PATH=path)
    assert done.out == "mytool: 2 options (--help)\n"
    assert (tmp_path / "ran").read_text() == "ran\n"


def test_what_is_not_there_is_said(shellmate):
    done = shellmate("index", "nosuchprogram", "ls")
    assert (done.code, done.out.startswith("ls: ")) == (2, True)
    assert "nosuchprogram" in done.err


def test_pages_can_be_forgotten(shellmate):
    shellmate("index", "ls")
    assert shellmate("index", "--clear").code == 0
    assert json.loads(shellmate("index", "--json").out)["programs"] == []


def test_a_damaged_index_is_made_anew(shellmate, tmp_path):
    (tmp_path / "cache").mkdir(exist_ok=True)
    (tmp_path / "cache" / "pages.db").write_bytes(b"no database" * 99)
    assert shellmate("index", "ls").code == 0
    assert json.loads(shellmate("index", "--json").out)["programs"] == ["ls"]
