"""App configuration."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "cems.base"
    label = "base"
