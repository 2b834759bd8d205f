"""Addresses of triage, by area."""

from django.urls import include, path

urlpatterns = [
    path("", include("triage.advice.urls")),
    path("", include("triage.allocation.urls")),
    path("", include("triage.cevt.urls")),
    path("first-contact/", include("triage.first_contact.urls")),
]
