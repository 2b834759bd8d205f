"""Addresses of triage, by the work they are for."""

from django.urls import include, path

from triage.urls_advice import urlpatterns as advice
from triage.urls_allocation import urlpatterns as allocation
from triage.urls_cevt import urlpatterns as cevt
from triage.urls_measures import urlpatterns as measures

app_name = "triage"

urlpatterns = [
    *advice,
    *allocation,
    *cevt,
    *measures,
    path("first-contact/", include("triage.urls_first_contact")),
]
