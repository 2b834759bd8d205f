"""Opening CEVT's pages in tests."""

import re
from html import unescape

from django.test import Client
from django.urls import reverse

from cems.children.models import Child

LIST = reverse("cevt:list")
# What the form asks for at Moderate and Low, and of every decision.
ADVISED = {"outcomes": ["advice"], "advice_why": "Keep the visits.", "feedback": "Clear and dated."}


def sheet(child: Child) -> str:
    return reverse("cevt:sheet", args=[child.public_id])


def said(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.content.decode()[-500:]
    return unescape(response.content.decode())


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of a page, as a browser would send them back."""
    return dict(re.findall(r'<input type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', html))
