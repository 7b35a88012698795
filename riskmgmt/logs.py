"""Log lines: one per event on standard output, without anything that a user typed."""

import json
import logging
import traceback
from datetime import UTC, datetime


def trace_without_values(error_info):
    """Return the frames and the kind of an exception, without its message.

    Database errors quote the offending value ("Key (name)=(…)"), which here would be a line of somebody's self-check.
    """
    kind, _value, frames = error_info
    return "".join(traceback.format_tb(frames)) + f"{kind.__module__}.{kind.__qualname__}"


class PlainFormatter(logging.Formatter):
    """The format for people: time, level, logger, message."""

    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record):
        # A line break in a path or a header must not be able to forge a second event.
        head, *trace = super().format(record).split("\nTraceback frames\n", 1)
        return "\n".join([head.replace("\r", "\\r").replace("\n", "\\n"), *trace])

    def formatException(self, ei):  # noqa: N802  the name is logging's
        return "Traceback frames\n" + trace_without_values(ei)


class JsonFormatter(logging.Formatter):
    """The format for a log store: one JSON object per line."""

    def format(self, record):
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            event["trace"] = trace_without_values(record.exc_info)
        return json.dumps(event, ensure_ascii=False)
