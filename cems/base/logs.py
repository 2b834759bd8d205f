"""Log lines that name a request by its reference and no person.

An exception is told by its kind and the place in our code, never by its words: a database quotes the
values it refused. Addresses lose what follows the question mark.
"""

import logging
import re
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

# The reference of the request being answered, for logs and the audit; empty outside requests.
current_reference: ContextVar[str] = ContextVar("current_reference", default="")

_QUERY = re.compile(r"\?[^\s\"'>\]]*")
_QUOTED_BY_DATABASE = re.compile(r"\b(?:DETAIL|CONTEXT|HINT|LINE \d+):.*", re.DOTALL)
_KEY_VALUES = re.compile(r"\)=\(.*?\)(?=\s|$)", re.DOTALL)


class WithoutPeople(logging.Filter):
    """Rewrites each record before any handler's formatter sees it; lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        raised = record.exc_info if isinstance(record.exc_info, tuple) else None
        error = raised[1] if raised else None
        record.msg, record.args = _message(record, error), None
        if error is not None:
            record.exc_text, record.exc_info = told(error), None
        return True


class JsonLines(JsonFormatter):
    """One JSON object a line, of chosen fields only: extras such as the request itself stay out."""

    FIELDS = ("at", "level", "logger", "message", "reference", "status", "exception")
    NAMES = {"levelname": "level", "name": "logger", "exc_info": "exception", "status_code": "status"}

    def __init__(self) -> None:
        fields = ["levelname", "name", "message", "status_code"]
        super().__init__(
            fields,
            rename_fields=self.NAMES,
            reserved_attrs=[*RESERVED_ATTRS, *self.FIELDS],  # no extra passes under a chosen name
            timestamp="at",
            json_ensure_ascii=False,
        )

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        super().add_fields(log_data, record, message_dict)
        # Django logs a refused request when the middleware that knows its reference has ended.
        asked = getattr(getattr(record, "request", None), "reference", "")
        log_data["reference"] = current_reference.get() or asked
        if not isinstance(log_data["status"], int):
            del log_data["status"]

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {name: log_data[name] for name in self.FIELDS if log_data.get(name)}


def told(error: BaseException) -> str:
    """An exception and what caused it as kinds and places, without their words and without local values."""
    lines: list[str] = []
    for raised in _chain(error):
        lines.append(_kind(raised))
        lines += [
            f"  {frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(raised.__traceback__)
        ]
    return "\n".join(lines)


def _message(record: logging.LogRecord, error: BaseException | None) -> str:
    if isinstance(record.args, tuple):
        record.args = tuple(_kind(arg) if isinstance(arg, BaseException) else arg for arg in record.args)
    elif isinstance(record.args, dict):
        record.args = {
            key: _kind(arg) if isinstance(arg, BaseException) else arg for key, arg in record.args.items()
        }
    if isinstance(record.msg, BaseException):
        record.msg = _kind(record.msg)
    text = record.getMessage()
    for raised in _chain(error) if error else ():
        for words in filter(None, (repr(raised), str(raised))):
            text = text.replace(words, _kind(raised))
    text = _QUOTED_BY_DATABASE.sub("", text)
    text = _KEY_VALUES.sub(")=(…)", text)
    return _QUERY.sub("?…", text).strip()


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    raised: BaseException | None = error
    while raised is not None and id(raised) not in seen:
        seen.add(id(raised))
        yield raised
        raised = raised.__cause__ or (None if raised.__suppress_context__ else raised.__context__)


def _kind(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"
