"""Reads of the dated values of practice settings, in English."""

from typing import Self

from django.db import models


class SettingValueQuerySet(models.QuerySet):
    """Values of settings; a withdrawn one never begins."""

    def standing(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)

    def of_setting(self, key: str) -> Self:
        return self.filter(key=key).select_related("made_by", "withdrawn_by")

    def oldest_first(self) -> Self:
        return self.order_by("starts_at", "pk")
