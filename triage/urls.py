"""Addresses of triage, by the work they are for."""

from django.urls import include, path

from triage.urls_advice import urlpatterns as advice
from triage.urls_allocation import urlpatterns as allocation

app_name = "triage"

urlpatterns = [*advice, *allocation, path("first-contact/", include("triage.urls_first_contact"))]
