"""Addresses of triage, by the work they are for."""

from triage.urls_advice import urlpatterns as advice

app_name = "triage"

urlpatterns = [*advice]
