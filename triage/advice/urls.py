"""Addresses of the advice library and the log."""

from django.urls import path

from triage.advice import views

urlpatterns = [
    path("advice/", views.log, name="advice_log"),
    path("advice/new/", views.consultation, name="consultation"),
    path("advice/<uuid:public_id>/correct/", views.correct, name="consultation_correct"),
    path("advice/library/", views.library, name="advice"),
    path("advice/library/new/", views.new, name="advice_new"),
    path("advice/library/<slug:code>/", views.entry, name="advice_entry"),
    path("advice/library/<slug:code>/change/", views.change, name="advice_change"),
    path("advice/library/<slug:code>/retire/", views.retire, name="advice_retire"),
]
