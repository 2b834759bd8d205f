"""Addresses of the advice library and the log."""

from django.urls import path

from triage.advice import views

app_name = "advice"

urlpatterns = [
    path("advice/", views.log, name="log"),
    path("advice/new/", views.consultation, name="consultation_new"),
    path("advice/<uuid:public_id>/correct/", views.correct, name="consultation_correct"),
    path("advice/library/", views.library, name="library"),
    path("advice/library/new/", views.new, name="entry_new"),
    path("advice/library/<slug:code>/", views.entry, name="entry"),
    path("advice/library/<slug:code>/change/", views.change, name="entry_change"),
    path("advice/library/<slug:code>/retire/", views.retire, name="entry_retire"),
]
