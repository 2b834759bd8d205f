"""Celery: beat only asks "what is due?"; the truth is in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cems.settings")

app = Celery("cems")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
