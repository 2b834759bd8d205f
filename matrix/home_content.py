"""What the CE Matrix adds to a person's first page."""

from cems.base.registries import HomeContent

CONTENT = HomeContent(app="matrix", items=lambda user, now: [])
