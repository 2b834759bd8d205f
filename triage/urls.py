"""Addresses of triage, by the work they are for."""

from django.urls import include, path

from triage.advice.urls import urlpatterns as advice
from triage.allocation.urls import urlpatterns as allocation
from triage.cevt.urls import urlpatterns as cevt
from triage.cevt.urls_figures import urlpatterns as measures

app_name = "triage"

urlpatterns = [
    *advice,
    *allocation,
    *cevt,
    *measures,
    path("first-contact/", include("triage.first_contact.urls")),
]
