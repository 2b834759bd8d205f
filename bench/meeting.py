"""Twelve people with one sheet open: what their asking costs the web server, in parts of one core (T3)."""

import http.client
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings as django_settings
from django.urls import reverse

from bench.cast import Cast
from bench.crowd import children_of, free_port, serving
from bench.screens import signed_in
from bench.table import Table
from bench.timing import CALIBRATION_MS, calibrate
from cems.local.folders import Folders


@dataclass(frozen=True)
class Live:
    """What the web processes spent while twelve people asked, in per cent of one core; and how often they asked."""

    percent: float
    asked: int
    failed: int


def measure(folders: Folders, settings: Mapping[str, str], cast: Cast, table: Table, rounds: int) -> Live:
    """`rounds` intervals of the setting (CEVT_LIVE_SECONDS); the figure is scaled to the machine of the limits.

    Each keeps the mark of what it saw, as the page does. Raises RuntimeError where the server does not start.
    """
    port, url = free_port(), reverse("cevt:sheet_live", args=[cast.child.public_id])
    cookies = [signed_in(user).cookies[django_settings.SESSION_COOKIE_NAME].value for user in table.people]
    marks: list[str] = [""] * len(cookies)
    every = django_settings.CEVT_LIVE_SECONDS
    with serving(folders, settings, port) as web:
        _round(
            port, url, cookies, marks, 0.0
        )  # imports, templates, connections; and everybody's first answer
        _round(port, url, cookies, marks, 0.0)
        scale = CALIBRATION_MS / calibrate()
        before, begun, failed = _spent(web), time.monotonic(), 0
        for _ in range(rounds):
            failed += _round(port, url, cookies, marks, every)
        spent = (_spent(web) - before) / (time.monotonic() - begun)
    return Live(100 * spent * scale, rounds * len(cookies), failed)


def _round(port: int, url: str, cookies: Sequence[str], marks: list[str], seconds: float) -> int:
    """Everybody asks once within so many seconds, not all in one instant; how many got no answer."""
    failed: list[int] = []

    def ask(place: int) -> None:
        threading.Event().wait(place * seconds / len(cookies))
        status = _ask(port, url, cookies[place], marks, place)
        if status not in {200, 304}:
            failed.append(status)

    people = [threading.Thread(target=ask, args=[place], daemon=True) for place in range(len(cookies))]
    begun = time.monotonic()
    for user in people:
        user.start()
    for user in people:
        user.join(60)
    threading.Event().wait(max(0.0, seconds - (time.monotonic() - begun)))
    return len(failed)


def _ask(port: int, url: str, cookie: str, marks: list[str], place: int) -> int:
    headers = {
        "Cookie": f"{django_settings.SESSION_COOKIE_NAME}={cookie}",
        "X-CEMS-Polling": "1",
        "X-Requested-With": "cems",
        **({"If-None-Match": marks[place]} if marks[place] else {}),
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", url, headers=headers)
        answer = connection.getresponse()
        answer.read()
        marks[place] = answer.headers.get("ETag", marks[place])
        return answer.status
    finally:
        connection.close()


def _spent(web: int) -> float:
    """Seconds of processor time the processes under this one have used."""
    ticks = 0
    for number in children_of(web):
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
