"""Addresses of triage, by the work they are for."""

from django.urls import include, path

from triage.urls_advice import urlpatterns as advice

app_name = "triage"

urlpatterns = [*advice, path("first-contact/", include("triage.urls_first_contact"))]
