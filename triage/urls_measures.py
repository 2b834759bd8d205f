"""The address of CEVT in figures."""

from django.urls import path

from triage.views import measures

urlpatterns = [path("cevt/figures/", measures.figures, name="figures")]
