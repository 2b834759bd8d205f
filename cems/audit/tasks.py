"""Celery's way in."""

from celery import shared_task

from cems.audit import sealing


@shared_task(name="cems.audit.tasks.seal")
def seal() -> None:
    """Seal what can be sealed; beat asks every 20 seconds (A3)."""
    sealing.seal()
