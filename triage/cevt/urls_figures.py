"""The address of CEVT in figures."""

from django.urls import path

from triage.cevt.views import figures as measures

urlpatterns = [path("cevt/figures/", measures.figures, name="figures")]
