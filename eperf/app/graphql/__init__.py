"""The HTTP and WebSocket front of GraphQL: hardened, measured, and without a word about any noun."""

from eperf.app.graphql.connection import ConnectionFacts
from eperf.app.graphql.front import GraphQLFront
from eperf.app.graphql.limits import Limits
from eperf.app.graphql.page import IdePage
from eperf.app.graphql.problems import FormattedProblem, problem_of_refused

__all__ = ["ConnectionFacts", "FormattedProblem", "GraphQLFront", "IdePage", "Limits", "problem_of_refused"]
