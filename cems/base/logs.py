"""Log lines that name a request by its reference and no person (security: nothing leaves by the side).

An exception is told by its kind and the place in our code, never by its words: a database quotes the
values it refused. Addresses lose what follows the question mark.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime

# The reference of the request being answered, for logs and the audit; empty outside requests.
current_reference: ContextVar[str] = ContextVar("current_reference", default="")

_QUERY = re.compile(r"\?[^\s\"'>\]]*")
_QUOTED_BY_DATABASE = re.compile(r"\b(?:DETAIL|CONTEXT|HINT|LINE \d+):.*", re.DOTALL)
_KEY_VALUES = re.compile(r"\)=\(.*?\)(?=\s|$)", re.DOTALL)


class WithoutPeople(logging.Filter):
    """Rewrites each record before any handler's formatter sees it; lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        found = record.exc_info if isinstance(record.exc_info, tuple) else None
        error = found[1] if found else None
        record.msg, record.args = _message(record, error), None
        if error is not None:
            record.exc_text, record.exc_info = told(error), None
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line, of chosen fields only: extras such as the request itself stay out."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        # Django logs a refused request when the middleware that knows its reference has ended.
        asked = getattr(getattr(record, "request", None), "reference", "")
        if reference := current_reference.get() or asked:
            line["reference"] = reference
        status = getattr(record, "status_code", None)
        if isinstance(status, int):
            line["status"] = status
        if record.exc_text:
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


def told(error: BaseException) -> str:
    """An exception and what caused it as kinds and places, without their words and without local values."""
    lines: list[str] = []
    for one in _chain(error):
        lines.append(_kind(one))
        lines += [
            f"  {frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(one.__traceback__)
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
    for one in _chain(error) if error else ():
        for words in filter(None, (repr(one), str(one))):
            text = text.replace(words, _kind(one))
    text = _QUOTED_BY_DATABASE.sub("", text)
    text = _KEY_VALUES.sub(")=(…)", text)
    return _QUERY.sub("?…", text).strip()


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _kind(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"
