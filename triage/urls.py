"""Addresses of triage, by the work they are for."""

from triage.urls_advice import urlpatterns as advice
from triage.urls_allocation import urlpatterns as allocation

app_name = "triage"

urlpatterns = [*advice, *allocation]
