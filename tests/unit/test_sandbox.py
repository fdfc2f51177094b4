"""What runs sealed can change nothing, reach nobody and does not stay."""

import os
import shutil
import socket
import sys
import time
from pathlib import Path

import pytest

from shellmate.answer.trying.sandbox import MEBIBYTE, Limits, run_sealed

ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "TOKEN": "secret"}
sealed = run_sealed(["true"], Path("/"), ENVIRONMENT)
needs_bubblewrap = pytest.mark.skipif(sealed is None, reason="bubblewrap is missing, or may not make namespaces here")


def run(code: str, cwd: Path, **limits):
    return run_sealed(["bash", "--norc", "-c", code], cwd, ENVIRONMENT, Limits(**limits))


def test_without_bubblewrap_nothing_is_run(tmp_path):
    (tmp_path / "bin").mkdir()
    shutil.copy(shutil.which("true") or "/bin/true", tmp_path / "bin" / "true")
    assert run_sealed(["true"], tmp_path, {"PATH": str(tmp_path / "bin")}) is None


def test_a_bubblewrap_that_fails_is_none(tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    assert run_sealed(["true"], tmp_path, {"PATH": f"{tmp_path}:{ENVIRONMENT['PATH']}"}) is None


@needs_bubblewrap
def test_it_reads_what_is_there(tmp_path):
    (tmp_path / "a.txt").write_text("hello\n")
    ran = run("cat a.txt; exit 3", tmp_path)
    assert (ran.status, ran.output) == (3, "hello\n")


@needs_bubblewrap
def test_it_writes_nowhere(tmp_path):
    (tmp_path / "a.txt").write_text("hello\n")
    ran = run(f"echo x > a.txt; touch {tmp_path}/new /tmp/new-by-shellmate ~/x; rm a.txt; mkdir d; echo end", tmp_path)
    assert ran.output.endswith("end\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "hello\n"
    assert not Path("/tmp/new-by-shellmate").exists()


@needs_bubblewrap
def test_it_reaches_no_port_and_no_socket(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        port = server.getsockname()[1]
        ran = run(f"exec 3<>/dev/tcp/127.0.0.1/{port} && echo reached", tmp_path)
        assert "reached" not in ran.output
        with pytest.raises(TimeoutError):
            server.accept()
    assert run("ls -A /run | wc -l", tmp_path).output.strip() == "0"


@needs_bubblewrap
def test_it_sees_no_secrets_and_no_processes(tmp_path):
    ran = run("env | grep -c TOKEN; echo $LC_ALL; ls -d /proc/[0-9]* | wc -l; ls /dev | grep -c sd", tmp_path)
    token, locale, processes, disks = ran.output.split()
    assert (token, locale, disks) == ("0", "C", "0")
    assert int(processes) < 12


@needs_bubblewrap
def test_it_ends_in_time_with_all_that_it_started(tmp_path):
    start = time.monotonic()
    ran = run("sleep 77.123 & sleep 77.123", tmp_path, seconds=0.3)
    assert ran.status is None
    assert time.monotonic() - start < 2
    time.sleep(0.1)
    running = [p.read_bytes() for p in Path("/proc").glob("[0-9]*/cmdline") if os.access(p, os.R_OK)]
    assert not [line for line in running if b"77.123" in line]


@needs_bubblewrap
def test_output_and_memory_are_bounded(tmp_path):
    assert len(run("yes", tmp_path, seconds=0.2).output) == 1024
    code = "x = bytearray(200 << 20); print('had it')"
    ran = run_sealed(
        [sys.executable, "-I", "-c", code], tmp_path, ENVIRONMENT, Limits(seconds=2, memory=100 * MEBIBYTE)
    )
    assert "had it" not in ran.output


@needs_bubblewrap
def test_a_scratch_folder_can_be_written_to_and_is_gone_afterwards(tmp_path):
    assert run("echo x > f; cat f; pwd", tmp_path, python_alone=True).output.startswith("x\n")
    assert not (Path("/dev/shm") / "f").exists()
    assert "f" not in run("ls", tmp_path, python_alone=True).output


@needs_bubblewrap
def test_python_alone_reads_no_file_and_reaches_no_socket_of_the_users(tmp_path):
    (tmp_path / "secret").write_text("secret")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        server.listen()
        reach = f"import socket; socket.socket(socket.AF_UNIX).connect({str(tmp_path / 'socket')!r}); print('reached')"
        for code in (reach, f"print(open({str(tmp_path / 'secret')!r}).read())", "print(open('/etc/passwd').read())"):
            limits = Limits(seconds=5, memory=512 * MEBIBYTE, python_alone=True)
            ran = run_sealed([sys.executable, "-I", "-c", code], tmp_path, ENVIRONMENT, limits)
            assert ran.status == 1 and "Error" in ran.output, ran
