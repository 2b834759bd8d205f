"""CEMS: the Child Exploitation and Missing System."""

from cems.celery import app as celery_app

__all__ = ["celery_app"]
