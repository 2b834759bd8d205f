"""App configuration."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "cems.audit"
    label = "audit"
