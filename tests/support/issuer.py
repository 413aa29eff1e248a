"""An identity provider on loopback: it publishes a real key set over HTTP, signs tokens, and misbehaves when told."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from eperf.adapters.oidc import KeySet, Tokens

ISSUER = "https://sso.example.go.id/realms/asn"
AUDIENCE = "eperf"


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


class Issuer:
    """The provider. `keys` are its private keys by key id; `answer` replaces its whole HTTP answer when it is set."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, Any]] = {}
        self.also: list[Any] = []
        self.fetches = 0
        self.answer: bytes | None = None
        self.hangs = False
        self._server: asyncio.Server | None = None
        self._answering: set[asyncio.Task[None]] = set()

    def add(self, kid: str, algorithm: str = "RS256", key: Any = None) -> None:
        """A new key pair."""
        made = ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else rsa_key()
        self.keys[kid] = (algorithm, key or made)

    def published(self) -> list[dict[str, Any]]:
        """The key set."""
        found = []
        for kid, (algorithm, key) in self.keys.items():
            kind = jwt.algorithms.get_default_algorithms()[algorithm]
            found.append({**kind.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"})
        return [*found, *self.also]

    def token(self, kid: str = "one", *, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """A signed token that is right but for what is given; a claim of None is left out."""
        algorithm, key = self.keys[kid]
        return jwt.encode(self.claims(**claims), key, algorithm, {"kid": kid, **(headers or {})})

    @staticmethod
    def claims(**changes: Any) -> dict[str, Any]:
        """The claims of a right token, changed."""
        now = int(time.time())
        right = {"iss": ISSUER, "aud": AUDIENCE, "sub": "budi-42", "iat": now, "exp": now + 300}
        return {name: value for name, value in {**right, **changes}.items() if value is not None}

    def public_pem(self, kid: str = "one") -> bytes:
        """A public key as text: what alg confusion takes for a shared secret."""
        key = self.keys[kid][1].public_key()
        return bytes(
            key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )

    @property
    def url(self) -> str:
        """Where the key set is."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/jwks"

    def key_set(self, **changes: Any) -> KeySet:
        """A client of the key set that asks again at once."""
        return KeySet(self.url, **{"refresh": 0, "retry": 0, "seconds": 2, **changes})

    def tokens(self, **changes: Any) -> Tokens:
        """What checks the tokens."""
        keys = changes.pop("keys", None) or self.key_set()
        return Tokens(ISSUER, AUDIENCE, keys, **changes)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._answering:
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.fetches += 1
            if self.hangs:
                await asyncio.sleep(30)
            writer.write(self.answer or http(json.dumps({"keys": self.published()}).encode()))
            await writer.drain()
        finally:
            writer.close()


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def part(value: Any) -> str:
    """One part of a token: JSON, or bytes as they are."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def by_hand(header: Any, claims: Any, secret: bytes = b"") -> str:
    """A token that no library would make; signed by HMAC when there is a secret."""
    signed = f"{part(header)}.{part(claims)}"
    signature = hmac.digest(secret, signed.encode(), hashlib.sha256) if secret else b""
    return f"{signed}.{part(signature)}"
