"""App configuration."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "cems.base"
    label = "base"

    def ready(self) -> None:
        from cems.base import lookups

        lookups.register()
