"""The start-up report in the log: a line for each plugin, so that what was left out is seen where one looks first."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from eperf.plugins.report import PluginReport

logger = structlog.get_logger("eperf.plugins")


def tell(reports: Sequence[PluginReport], *, strict: bool) -> None:
    """Logs what became of every plugin; `strict` is whether a refused one would have ended the start."""
    for one in reports:
        known = {"plugin": one.name, "distribution": one.distribution, "version": one.version}
        if one.state == "ok":
            logger.info("plugin.ok", **known, hooks=list(one.hooks), parts=len(one.parts))
        else:
            logger.warning("plugin.left-out", **known, state=one.state, cause=one.cause)
        for warning in one.warnings:
            logger.warning("plugin.deprecated", **known, warning=warning)
    left_out = [one.name for one in reports if one.state != "ok"]
    logger.info("plugins", found=len(reports), left_out=left_out, mode="strict" if strict else "degraded")
