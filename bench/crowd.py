"""Sixteen people at once against the web server itself: how far the slowest answers are from the usual one."""

import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from django.conf import settings as django_settings
from django.urls import reverse

from bench.cast import Cast
from bench.screens import signed_in
from cems.local import parts, process
from cems.local.folders import Folders

USERS = 16
WARMING = 2  # pages for each person before the measure


@dataclass(frozen=True)
class Crowd:
    """What many people at once met."""

    requests: int
    failed: int
    p95_to_p50: float
    largest_megabytes: float


def measure(folders: Folders, settings: Mapping[str, str], cast: Cast, pages: int) -> Crowd:
    """`pages` pages for each of sixteen signed-in people, and the memory of the web processes after them.

    The people look at My work and at their clocks, with a second's thought between; without it two processors
    would only measure their own queue. Raises RuntimeError where the server does not start.
    """
    port = free_port()
    urls = [reverse("home"), reverse("clocks:list")]
    cookies = [
        signed_in(user).cookies[django_settings.SESSION_COOKIE_NAME].value for user in cast.crowd[:USERS]
    ]
    with serving(folders, settings, port) as web:
        # All at once too: every thread of every process has its imports, templates and connection by then.
        _all_at_once(port, urls, cookies, WARMING)
        times, failed = _all_at_once(port, urls, cookies, pages)
        memory = max(_resident(number) for number in children_of(web))
    worst = max(quantiles(of_page, n=20)[-1] / median(of_page) for of_page in times.values())
    return Crowd(sum(map(len, times.values())), failed, worst, memory)


@contextmanager
def serving(folders: Folders, settings: Mapping[str, str], port: int) -> Iterator[int]:
    """The web server of CEMS on this port: the number of its process. Raises RuntimeError where it does not start."""
    web = parts.web(folders, {**settings, "PORT": str(port), "PYTHONUNBUFFERED": "1"})
    try:
        web.start()
        if not process.wait_until(lambda: _answers(port), 45, web.child) or web.child is None:
            raise RuntimeError(f"the web server did not start: {process.last_lines(web.log)}")
        yield web.child.pid
    finally:
        web.stop()


def _all_at_once(
    port: int, urls: list[str], cookies: list[str], pages: int
) -> tuple[dict[str, list[float]], int]:
    times: dict[str, list[float]] = {url: [] for url in urls}
    failed: list[int] = []

    def person(place: int, cookie: str) -> None:
        thought = threading.Event()
        thought.wait(place / USERS)  # they do not begin at one instant
        for turn in range(pages):
            url, begun = urls[(place + turn) % len(urls)], time.perf_counter()
            status = _ask(port, url, cookie)
            times[url].append(time.perf_counter() - begun)
            if status != 200:
                failed.append(status)
            thought.wait(1)

    people = [threading.Thread(target=person, args=pair, daemon=True) for pair in enumerate(cookies)]
    for user in people:
        user.start()
    for user in people:
        user.join(pages * 30)
    return times, len(failed)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_of(parent: int) -> list[int]:
    """The web server's own processes, the ones that answer."""
    return [int(word) for word in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _resident(number: int) -> float:
    """Megabytes a process holds in memory."""
    match = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{number}/status").read_text())
    return int(match[1]) / 1000 if match else 0.0


def _answers(port: int) -> bool:
    try:
        return _ask(port, "/healthz", "") == 200
    except OSError:
        return False


def _ask(port: int, url: str, cookie: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", url, headers={"Cookie": f"{django_settings.SESSION_COOKIE_NAME}={cookie}"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
