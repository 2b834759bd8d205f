"""What is said when something is done, with the way back where it can be undone."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html


def say_done(request: HttpRequest, words: str, *, undo_url: str, undo: str = "Undo this") -> None:
    """Say that it is done, naming whom it was about, and link where it is undone."""
    link = format_html('<a class="govuk-notification-banner__link" href="{}">{}</a>', undo_url, undo)
    messages.success(request, format_html("{} {}", words, link))
