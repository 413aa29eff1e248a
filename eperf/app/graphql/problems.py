"""Errors as a caller may see them: every one has a code, none has more than it should.

An expected failure (`Refused`) speaks the caller's language. A fault of the document or of the inputs keeps GraphQL's
own message, without hints at names the caller did not know. Anything else is a fault of ours: it is logged with an
id, and the caller gets the id and nothing more.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import uuid4

import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from graphql.execution.values import get_argument_values

from eperf.app.graphql import counts
from eperf.domain.errors import BadInput, Refused, TooMany
from eperf.services.event import CursorTooOld

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_USER_INPUT = "BAD_USER_INPUT"
INTERNAL = "INTERNAL_SERVER_ERROR"

_MESSAGE_CHARS = 1_000
_HINT = re.compile(r"\s*Did you mean .*", re.DOTALL)
_DRIVER_TEXT = re.compile(r", but encountered error '.*'; found", re.DOTALL)

_log = structlog.get_logger("eperf.graphql")


@dataclasses.dataclass(frozen=True, slots=True)
class FormattedProblem:
    """An expected failure as it is shown: a message in the caller's language, a stable code, what caused it."""

    message: str
    code: str
    field: str | None = None
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)


ProblemOf = Callable[[Exception, str], FormattedProblem | None]
"""The problem that an exception stands for, in a language; None when it stands for none and must be masked."""


class Rejected(Exception):
    """A GraphQL request that was not executed; `errors` are formatted, `status` is what HTTP says with them."""

    def __init__(
        self, errors: list[dict[str, Any]], status: int = 400, retry_after: int | None = None
    ) -> None:
        super().__init__("the request was rejected")
        self.errors = errors
        self.status = status
        self.retry_after = retry_after
        """The seconds after which the same request is served, where that is all that is wrong with it."""


def problem_of_refused(error: Exception, language: str) -> FormattedProblem | None:
    """Every `Refused` as a problem; a passed limit names the limit, its bound and the value that passed it.

    A cursor that is too old comes with the oldest from which one can go on.
    """
    if not isinstance(error, Refused):
        return None
    details: dict[str, Any] = {}
    if isinstance(error, TooMany):
        value = error.value if isinstance(error.value, int) else None
        details = {"limit": error.field, "most": int(error.facts["most"]), "value": value}
        if hasattr(error, "retry_after"):
            details["retryAfter"] = error.retry_after
    if isinstance(error, CursorTooOld):
        details["oldest"] = str(error.facts["oldest"])
    # Among GraphQL's errors a value that cannot be used has the code that every GraphQL client knows.
    code = BAD_USER_INPUT if isinstance(error, BadInput) else error.code
    return FormattedProblem(error.message(language), code, error.field, details)


class Problems:
    """The renderer of one front."""

    def __init__(self, problem_of: ProblemOf, *, suggestions: bool, most: int) -> None:
        self._problem_of, self._suggestions, self._most = problem_of, suggestions, most

    def of_exception(self, error: Exception, language: str) -> list[dict[str, Any]]:
        """What ended a whole request: an expected failure, or a fault of ours."""
        if isinstance(error, TooMany):
            counts.limit_passed(error.field)
        return [self._of_cause(error, language) or self.fault(error)]

    def rejected(self, error: Exception, language: str) -> Rejected:
        """What ended a request, as a rejection."""
        if isinstance(error, Rejected):
            return error
        if isinstance(error, GraphQLSyntaxError):
            return Rejected(self.of_syntax(error))
        errors = self.of_exception(error, language)
        return Rejected(errors, getattr(error, "status", 400), getattr(error, "retry_after", None))

    def fault(self, error: BaseException, path: list[str | int] | None = None) -> dict[str, Any]:
        """A fault of ours: logged with its traceback under an id, shown as the id alone."""
        fault = str(uuid4())
        _log.error("graphql_fault", id=fault, path=path, exc_info=error)
        return {"message": "Internal error", "extensions": {"code": INTERNAL, "id": fault}}

    def of_syntax(self, error: GraphQLSyntaxError) -> list[dict[str, Any]]:
        """A text that is no GraphQL document."""
        return [self._shown(error, PARSE_FAILED)]

    def of_request(self, errors: Iterable[GraphQLError], code: str, language: str) -> list[dict[str, Any]]:
        """Errors of validation or of variables: the caller's, whatever raised them."""
        return self._bounded([self._of_input(error, code, language) for error in errors], language)

    def of_execution(self, errors: Iterable[GraphQLError], language: str) -> list[dict[str, Any]]:
        """Errors that resolvers and results brought up, each with its path."""
        first = self._first(errors)
        # One cause may be the error of many fields.
        for cause in {id(cause): cause for cause in map(_cause, first)}.values():
            if isinstance(cause, TooMany):
                counts.limit_passed(cause.field)
        return self._bounded([self._of_field(error, language) for error in first], language)

    def _first(self, errors: Iterable[GraphQLError]) -> list[GraphQLError]:
        """No more than can be shown and one: what is cut off needs no id and no line in the log."""
        return [error for error, _ in zip(errors, range(self._most + 1), strict=False)]

    def _bounded(self, shown: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
        if len(shown) <= self._most:
            return shown
        return shown[: self._most] + self.of_exception(TooMany("errors", self._most, len(shown)), language)

    def _of_input(self, error: GraphQLError, code: str, language: str) -> dict[str, Any]:
        cause = _cause(error)
        problem = None if isinstance(cause, GraphQLError) else self._of_cause(cause, language)
        return _placed(problem, error) if problem else self._shown(error, code)

    def _of_field(self, error: GraphQLError, language: str) -> dict[str, Any]:
        cause = _cause(error)
        if not isinstance(cause, GraphQLError):
            return _placed(self._of_cause(cause, language) or self.fault(cause, error.path), error)
        code = (cause.extensions or {}).get("code")
        if isinstance(code, str) or _is_argument(cause):
            return self._shown(error, code if isinstance(code, str) else BAD_USER_INPUT)
        return _placed(self.fault(cause, error.path), error)

    def _of_cause(self, cause: Exception, language: str) -> dict[str, Any] | None:
        try:
            problem = self._problem_of(cause, language)
        except Exception as error:
            return self.fault(error)
        if problem is None:
            return None
        extensions: dict[str, Any] = {"code": problem.code}
        if problem.field is not None:
            extensions["field"] = problem.field
        return {"message": problem.message, "extensions": {**extensions, **problem.details}}

    def _shown(self, error: GraphQLError, code: str) -> dict[str, Any]:
        message = _DRIVER_TEXT.sub("; found", error.message)
        if not self._suggestions:
            message = _HINT.sub("", message)
        return _placed({"message": message[:_MESSAGE_CHARS], "extensions": {"code": code}}, error)


def _placed(shown: dict[str, Any], error: GraphQLError) -> dict[str, Any]:
    """With the places in the document and in the answer."""
    if error.locations:
        shown["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        shown["path"] = error.path
    return shown


def _cause(error: GraphQLError) -> Exception:
    """What was raised in the first place: graphql-core wraps it once for each step it takes."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _is_argument(cause: GraphQLError) -> bool:
    """Whether it comes from reading a field's arguments, so from the caller, and not from a result."""
    frame = cause.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code is get_argument_values.__code__:
            return True
        frame = frame.tb_next
    return False
