"""The start script, and what it starts and stops."""

import contextlib
import json
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from riskmgmt.serve import StartError, port_wanted
from tests import kept
from tests.setup_cases import ROOT, site

pytestmark = pytest.mark.database("site")


def test_script_explains_itself():
    answer = subprocess.run([ROOT / "run", "nonsense"], capture_output=True, text=True, timeout=20, check=False)
    assert answer.returncode == 2
    assert "./run test" in answer.stderr
    assert "./run test" in (ROOT / ".ci" / "run").read_text()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes_of(var):
    """Ids of the processes that were started for this folder; gone ones and those of others cannot be read."""
    mark, found = f"RISKMGMT_VAR={var}".encode(), []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def wait_until(condition, *, seconds):
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if condition():
            return True
        time.sleep(0.1)
    return False


def supervised(tmp_path, children):
    program = f"import sys; from riskmgmt.serve import supervise; sys.exit(supervise({children!r}))"
    return subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=site(tmp_path), stderr=subprocess.DEVNULL)


SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_when_one_program_dies_the_others_are_stopped(tmp_path):
    dying = [sys.executable, "-c", "import time; time.sleep(0.5); raise SystemExit(3)"]
    process = supervised(tmp_path, {"web": SLEEPER, "worker": dying})
    assert process.wait(timeout=20) == 1
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all(tmp_path, number):
    process = supervised(tmp_path, {"web": SLEEPER, "worker": SLEEPER})
    assert wait_until(lambda: len(processes_of(tmp_path)) == 3, seconds=20)
    process.send_signal(number)
    assert process.wait(timeout=20) == 0
    assert processes_of(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_a_killed_supervisor_leaves_nobody_behind(tmp_path):
    process = supervised(tmp_path, {"web": SLEEPER, "worker": SLEEPER})
    assert wait_until(lambda: len(processes_of(tmp_path)) == 3, seconds=20)
    process.kill()
    process.wait(timeout=20)
    assert wait_until(lambda: processes_of(tmp_path) == [], seconds=20)


def serve(var, **variables):
    return subprocess.Popen(
        [sys.executable, "-m", "riskmgmt.serve"], cwd=ROOT, env=site(var, **variables),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("port", ["0", "70000", "-1", "8０００", ""])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(StartError, match="不是端口号"):
        port_wanted(port)


def test_start_refuses_without_a_trace(tmp_path):
    output, _ = (process := serve(tmp_path, DEMO="1", PORT="abc")).communicate(timeout=30)
    assert process.returncode == 1
    assert "不是端口号" in output
    assert "Traceback" not in output


def test_start_refuses_a_taken_port_before_touching_anything(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        output, _ = (process := serve(tmp_path, DEMO="1", PORT=str(taken.getsockname()[1]))).communicate(timeout=30)
    assert process.returncode == 1
    assert "已被占用" in output
    assert "PORT=" in output
    assert not (tmp_path / "db.sqlite3").exists()


def test_start_explains_an_unreachable_database(tmp_path):
    dead = f"postgres://risk:secret@127.0.0.1:{free_port()}/risk"
    output, _ = (process := serve(tmp_path, DEMO="1", PORT=str(free_port()), DATABASE_URL=dead)).communicate(timeout=60)
    assert process.returncode == 1
    assert "DATABASE_URL" in output
    assert "secret" not in output
    assert "Traceback" not in output


def test_start_is_for_trials_only(tmp_path):
    output, _ = (process := serve(tmp_path, SECRET_KEY="x" * 60, PORT=str(free_port()))).communicate(timeout=30)
    assert process.returncode == 1
    assert "DEMO=1" in output


def test_one_command_brings_the_site_up_and_a_signal_takes_it_down(tmp_path):
    """From nothing to a healthy site with its worker, a refused second start, and down again without a trace.

    When it has passed, just this code need not make the same demo again on that day.
    """
    database = tmp_path / "db.sqlite3"
    with kept.made_once("start", database, depends=kept.shape_of_the_demo()):
        from_nothing = not database.exists()
        output = up_and_down(tmp_path)
        assert ("正在生成演示数据" in output) is from_nothing
        assert "1004" in output  # the logins
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def up_and_down(var):
    """Start the site, wait until it is healthy, start a second one, end the first; return what the first has said."""
    port = free_port()
    process = serve(var, DEMO="1", PORT=str(port))
    try:

        def healthy():
            assert process.poll() is None, process.stdout.read()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                    return json.load(answer)["worker"] == "ok"
            except (urllib.error.URLError, OSError):
                return False

        assert wait_until(healthy, seconds=120)
        second, _ = serve(var, DEMO="1", PORT=str(free_port())).communicate(timeout=30)
        assert "已经在运行" in second
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert f"http://127.0.0.1:{port}/" in output
    assert "Traceback" not in output
    assert processes_of(var) == []
    return output


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="no Redis on this machine")
def test_private_servers_are_gone_afterwards(tmp_path):
    """They are stopped when their command ends, and also when it is ended from outside."""
    show = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'], flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.services", "with", sys.executable, "-c", show], cwd=ROOT,
        env=site(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    ports = [int(number) for number in re.findall(r":(\d+)/", process.stdout.readline())]
    assert len(ports) == 2
    process.terminate()
    assert process.wait(timeout=30) == 128 + signal.SIGTERM
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
