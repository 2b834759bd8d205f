"""Addresses of the advice library and the log."""

from django.urls import path

from triage.views import advice

urlpatterns = [
    path("advice/", advice.log, name="advice_log"),
    path("advice/new/", advice.consultation, name="consultation"),
    path("advice/<uuid:public_id>/correct/", advice.correct, name="consultation_correct"),
    path("advice/library/", advice.library, name="advice"),
    path("advice/library/new/", advice.new, name="advice_new"),
    path("advice/library/<slug:code>/", advice.entry, name="advice_entry"),
    path("advice/library/<slug:code>/change/", advice.change, name="advice_change"),
    path("advice/library/<slug:code>/retire/", advice.retire, name="advice_retire"),
]
