"""App configuration."""

from django.apps import AppConfig
from django.core.checks import register


class BaseConfig(AppConfig):
    name = "cems.base"
    label = "base"

    def ready(self) -> None:
        from cems.base import checks, lookups

        lookups.register()
        register(checks.slots_filled)
