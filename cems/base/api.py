"""What every address of the API shares: how a body is read, and one plain answer for each refusal (O1)."""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.response import Response
from rest_framework.views import exception_handler

from cems.base.error_pages import CODES, SENTENCES, STATUS
from cems.base.errors import CommandError, TooMany


class Json(JSONParser):
    """JSON; what is nested without end is refused like any other that can't be read."""

    def parse(self, stream: IO[Any], media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("JSON parse error - nested too deeply") from None


class Strict(serializers.Serializer[Any]):
    """Refuses a field it does not know: a word mistyped by a system must not be lost without a sound."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = data.keys() - self.fields.keys() if isinstance(data, Mapping) else ()
        if unknown:
            raise serializers.ValidationError({str(name): ["There is no such field."] for name in unknown})
        return super().to_internal_value(data)


def refused(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to an error of a service or of the framework; None for what nobody foresaw.

    Always `error`, `message`, `field` and `reference`, as pages give scripts; with `problems` where more than
    one thing is wanted, each a message with its field (and the group of its question).
    """
    reference = getattr(context["request"], "reference", "")
    if isinstance(error, CommandError):
        status = next(code for kind, code in STATUS if isinstance(error, kind))
        problems = [vars(problem) for problem in getattr(error, "problems", ())]
        body = _body(CODES[status], error.message, error.field, reference, problems)
        headers = {"Retry-After": str(error.seconds)} if isinstance(error, TooMany) else None
        return Response(body, status=status, headers=headers)
    answer = exception_handler(error, dict(context))
    if answer is None:
        return None
    problems = []
    if isinstance(error, ValidationError):
        problems = [{"message": text, "group": "", "field": name} for name, text in _said(error.detail)]
        message = "What was sent can't be read as this asks for."
    elif isinstance(error, APIException):
        message = str(error.detail)
    else:  # Http404 and Django's own refusal
        message = SENTENCES[answer.status_code]
    code = CODES.get(answer.status_code) or str(getattr(error, "default_code", "refused"))
    answer.data = _body(code, message, None, reference, problems)
    return answer


def _body(
    code: str, message: str, field: str | None, reference: str, problems: list[dict[str, str]]
) -> dict[str, Any]:
    body: dict[str, Any] = {"error": code, "message": message, "field": field, "reference": reference}
    return {**body, "problems": problems} if problems else body


def _said(detail: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Each field, by its path such as answers.home-conflict.seen, with what is wrong there."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            here = "" if key == "non_field_errors" else str(key)
            yield from _said(inner, ".".join(filter(None, [name, here])))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _said(inner, name)
    else:
        yield name, str(detail)
