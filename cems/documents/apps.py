"""App configuration."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "cems.documents"
    label = "documents"
