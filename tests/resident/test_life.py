"""How a resident engine begins, rests and ends, and who may talk with it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.resident.conftest import json_lines

pytestmark = pytest.mark.model


def test_detach_status_stop(another):
    server = another()
    nothing = server.run("status")
    assert nothing.returncode == 1 and "serve --detach" in nothing.stderr and nothing.stdout == ""
    assert server.run("stop").returncode == 1
    started = server.run("serve", "--detach")
    assert started.returncode == 0 and "shellmate stop" in started.stderr, started.stderr
    told = server.run("status")
    assert told.returncode == 0 and told.stdout.startswith("qwen2.5-coder-0.5b-")
    assert server.run("status", "-q").stdout == ""
    again = server.run("serve", "--detach")
    assert again.returncode == 0
    assert len(json_lines(server.run("status", "--json").stdout)) == 1
    stopped = server.run("stop")
    assert stopped.returncode == 0 and "has ended" in stopped.stderr
    assert server.run("status").returncode == 1 and not os.path.exists(server.socket)


def test_two_starts_at_once_end_in_one(another):
    server = another()
    command = [sys.executable, "-m", "shellmate", "serve", "--detach"]
    both = [subprocess.Popen(command, env=server.variables, stderr=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate(timeout=60) and process.returncode for process in both] == [0, 0, 0]
    assert len(json_lines(server.run("status", "--json").stdout)) == 1
    assert server.health()["status"] == "ok"
    server.run("stop")


def test_it_gives_the_model_back_when_idle_and_takes_it_again(another):
    server = another("--idle", "1").start()
    ask = {"prompt": "1, 2, 3,", "max_tokens": 4}
    server.wait_for(lambda health: health["loaded"])
    server.wait_for(lambda health: not health["loaded"], 20)
    assert server.post("/v1/completions", ask).status == 200
    assert server.health()["loaded"]


def test_it_ends_when_idle_where_that_is_wanted(another):
    server = another("--idle", "1", "--exit-when-idle").start()
    server.process.communicate(timeout=30)
    assert server.process.returncode == 0 and not os.path.exists(server.socket)


def test_a_model_that_was_replaced_is_loaded_anew(another, primed, tmp_path, smollm_file, model_file):
    model = tmp_path / "model.gguf"
    os.link(model_file.path, model) if os.stat(model_file.path).st_dev == os.stat(
        tmp_path
    ).st_dev else model.symlink_to(model_file.path)
    server = another("--model", str(model), SHELLMATE_MODEL=str(model)).start()
    ask = {"prompt": "def add(a, b):\n    return", "max_tokens": 6, "temperature": 0}
    first = server.post("/v1/completions", ask).body["choices"][0]["text"]
    new = tmp_path / "new.gguf"
    new.symlink_to(smollm_file.path)
    os.replace(new, model)
    second = server.post("/v1/completions", {**ask, "prompt": "Once upon a time"})
    assert first.strip().startswith("a + b") and second.status == 200
    assert server.post("/shellmate/suggest", {}).status == 200
    infill = server.post("/v1/completions", {**ask, "suffix": "\n"})
    assert infill.status == 503 and "coder" in infill.body["error"]["message"]  # which the new model is not


def test_a_missing_model_is_said_at_once(another, tmp_path):
    server = another(SHELLMATE_DATA_DIR=str(tmp_path / "nothing"))
    for options in ((), ("--detach",)):
        done = server.run("serve", *options)
        assert done.returncode in (1, 3) and "is not installed" in done.stderr, done.stderr
        assert "Traceback" not in done.stderr


def test_places_that_are_not_private_are_refused(another, tmp_path):
    server = another()
    folder = Path(server.variables["SHELLMATE_RUNTIME_DIR"])
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    done = server.run("serve")
    assert done.returncode == 1 and f"chmod 700 {folder}" in done.stderr
    long = another(SHELLMATE_RUNTIME_DIR=str(tmp_path / ("x" * 120)))
    done = long.run("serve")
    assert done.returncode == 2 and "SHELLMATE_RUNTIME_DIR" in done.stderr


def test_folder_and_socket_are_the_users_alone(resident):
    place = Path(resident.socket)
    assert oct(place.stat().st_mode & 0o777) == "0o600"
    assert oct(place.parent.stat().st_mode & 0o777) == "0o700"
    assert oct(place.with_suffix(".lock").stat().st_mode & 0o777) == "0o600"


@pytest.mark.skipif(os.getuid() != 0, reason="takes another user, which only root can be")
def test_another_user_cannot_connect(another):
    """Not by the folder's mode alone: here everybody may walk to the socket and write to it."""
    server = another().start()
    place = Path(server.socket)
    for folder in place.parents:
        if "pytest-of-" in str(folder):
            folder.chmod(0o755)
    place.chmod(0o777)
    request = "GET /health HTTP/1.0\r\n\r\n"
    code = (
        "import os, socket, sys; os.setgid(65534); os.setuid(int(sys.argv[2])); s = socket.socket(socket.AF_UNIX)\n"
        f"s.connect(sys.argv[1]); s.sendall({request!r}.encode()); s.settimeout(5)\n"
        "try: print(len(s.recv(1000)))\nexcept ConnectionResetError: print('reset')"
    )

    def connect_as(user: int) -> str:
        done = subprocess.run([sys.executable, "-c", code, server.socket, str(user)], capture_output=True, text=True)
        return (done.stdout + done.stderr).strip().splitlines()[-1]

    assert connect_as(65534) in ("0", "reset", "BrokenPipeError: [Errno 32] Broken pipe")
    assert int(connect_as(0)) > 100
    assert server.health()["status"] == "ok"
    place.parent.chmod(0o700)
    assert "PermissionError" in connect_as(65534)


def test_tcp_takes_the_token_that_was_printed(another):
    port = _free_port()
    server = another("--tcp", f"127.0.0.1:{port}").start()
    said = server.process.stderr.readline().decode()
    token = said.rstrip().rpartition("token ")[2]
    assert f"http://127.0.0.1:{port}/v1" in said and len(token) >= 32
    assert _over_tcp(port, "/v1/models", token) == 200
    assert _over_tcp(port, "/v1/models", token[:-1]) == 401
    assert _over_tcp(port, "/v1/models", "") == 401
    assert _over_tcp(port, "/shellmate/suggest", "") == 401
    assert _over_tcp(port, "/health", "") == 200
    assert server.get("/v1/models").status == 200  # the socket has its own way to know who asks


def _over_tcp(port, path, token):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        return connection.getresponse().status
    finally:
        connection.close()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--tcp", "0.0.0.0:8080"), "--i-know"),
        (("--tcp", "example.com:8080"), "--i-know"),
        (("--tcp", "8080x"), "has no port"),
        (("--tcp", "127.0.0.1:99999"), "has no port"),
        (("--detach", "--tcp", "127.0.0.1:8080"), "token"),
        (("--idle", "0"), "from 1"),
    ],
)
def test_wrong_options_are_one_line(another, options, words):
    done = another().run("serve", *options)
    assert done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1


def test_a_port_that_is_taken(another):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = another().run("serve", "--tcp", f"127.0.0.1:{taken.getsockname()[1]}")
    assert done.returncode == 1 and "address already in use" in done.stderr and "Traceback" not in done.stderr


def test_systemd_units(another, tmp_path):
    server = another()
    units = server.run("serve", "--print-systemd").stdout
    assert f"ListenStream={server.socket}" in units and "--exit-when-idle" in units and "SocketMode=0600" in units
    assert "shellmate.socket" in units and "shellmate.service" in units
    assert f"ExecStart={sys.executable} -m shellmate serve " in units


def test_units_have_all_that_the_sockets_name_depends_on(another, tmp_path, smollm_file):
    """systemd starts the engine in another folder, without a shell's variables, and has a syntax of its own."""
    model = tmp_path / 'my "50%" $model.gguf'
    model.symlink_to(smollm_file.path)
    data = tmp_path / "some data"
    server = another(SHELLMATE_MODEL=f"./{model.name}", SHELLMATE_THREADS="2", SHELLMATE_DATA_DIR=str(data))
    units = server.run("serve", "--print-systemd", cwd=tmp_path).stdout
    assert f'"--model={tmp_path}/my \\"50%%\\" $$model.gguf" --ctx=0 --threads=2 --exit-when-idle\n' in units
    assert f'Environment="SHELLMATE_DATA_DIR={data}"\n' in units
    assert server.run("status", "--socket", cwd=tmp_path).stdout.strip() in units
    away = server.run("status", "--socket", env={**server.variables, "SHELLMATE_MODEL": str(model)}, cwd="/")
    assert away.stdout.strip() in units, "the one that systemd starts has that name"


def test_systemd_hands_over_its_socket(another):
    """As sd_listen_fds(3) has it: the socket is descriptor 3, and who it is for is in the environment."""
    server = another()
    place = Path(server.socket)
    place.parent.mkdir(mode=0o700)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(server.socket)
    listener.listen()
    code = (
        "import os, sys\nos.dup2(int(sys.argv[1]), 3, inheritable=True)\n"
        "os.environ |= {'LISTEN_PID': str(os.getpid()), 'LISTEN_FDS': '1'}\n"
        "os.execv(sys.executable, [sys.executable, '-m', 'shellmate', 'serve', '--idle', '2', '--exit-when-idle'])"
    )
    server.process = subprocess.Popen(
        [sys.executable, "-c", code, str(listener.fileno())],
        env=server.variables, pass_fds=[listener.fileno()], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert server.post("/v1/completions", {"prompt": "1, 2, 3,", "max_tokens": 3}).status == 200  # which starts it
    server.process.communicate(timeout=30)
    assert server.process.returncode == 0
    assert place.exists()  # it is systemd's
    listener.close()


def test_a_full_disk_does_not_keep_it_from_answering(another, primed, tmp_path_factory):
    if os.getuid() != 0:
        pytest.fail("takes root, to have a disk that is full", pytrace=False)
    small = tmp_path_factory.mktemp("s")  # short, as the paths of sockets have to be
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", small], check=True)
    with contextlib.suppress(OSError):
        (small / "fill").write_bytes(b"x" * 65536)
    try:
        server = another(SHELLMATE_STATE_DIR=str(small / "state"), SHELLMATE_RUNTIME_DIR=str(small))
        started = server.run("serve", "--detach")
        assert started.returncode == 0, started.stderr
        assert server.run("--effort", "fast", "--sh", "list files").returncode == 0
        os.kill(server.health()["pid"], signal.SIGTERM)
        for _ in range(200):
            if server.health() is None:
                break
            time.sleep(0.05)
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def test_the_link_for_shells_leads_to_the_last_one(another):
    server = another().start()
    link = Path(server.socket).with_name("current.sock")
    assert os.readlink(link) == Path(server.socket).name
    server.stop()
    assert not os.path.lexists(link)


def test_json_of_status(resident):
    (told,) = json_lines(resident.run("status", "--json").stdout)
    assert told["answers"] and told["socket"] == resident.socket and told["pid"] == resident.process.pid
    assert 0 < told["memory"] < 1 << 30
    json.dumps(told)


def test_a_key_press_starts_it_for_the_next_one_even_where_the_last_was_killed(another):
    server = another(SHELLMATE_RESIDENT="start", SHELLMATE_EFFORT="fast")
    for _ in range(2):
        pressed = server.run("__line", "--shell", "bash", stdin=None, input="0\0\0list files\0\0")
        assert pressed.returncode == 0 and "ls" in pressed.stdout, pressed.stderr
        server.wait_for(lambda health: health is not None)
        os.kill(server.health()["pid"], signal.SIGKILL)
        server.wait_for(lambda health: health is None)
