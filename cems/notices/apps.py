"""App configuration."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "cems.notices"
    label = "notices"
