"""Password hashing with argon2id, off the event loop and only a few at once: each takes 64 MiB by default."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from eperf.domain.errors import Unavailable


class Passwords:
    """Hashes and checks passwords; parameters are those of RFC 9106 for little memory unless told otherwise.

    More than `waiting` callers at once are refused with `UNAVAILABLE`, so that a flood of logins costs nobody else
    memory or time.
    """

    def __init__(self, hasher: PasswordHasher | None = None, *, threads: int = 2, waiting: int = 64) -> None:
        self._hasher = hasher or PasswordHasher()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._free = threads + waiting
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    async def hash(self, password: str) -> str:
        """The encoded hash, salt and parameters included."""
        return str(await self._run(self._hash, password))

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Whether the password belongs to the hash. Without a hash the answer is no, after the same work."""
        return bool(await self._run(self._verify, encoded, password))

    def outdated(self, encoded: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(encoded)

    def close(self) -> None:
        """Ends the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: object, *given: object) -> object:
        if self._free <= 0:
            raise Unavailable("password")
        self._free -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *given)  # type: ignore[arg-type]
        finally:
            self._free += 1

    def _hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def _verify(self, encoded: str | None, password: str) -> bool:
        try:
            return self._hasher.verify(encoded or self._nobody, password) and encoded is not None
        except (Argon2Error, InvalidHashError):
            return False
