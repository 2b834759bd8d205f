"""Addresses of the providers children are referred to."""

from django.urls import path

from plans import views

app_name = "providers"

urlpatterns = [
    path("", views.providers, name="list"),
    path("new/", views.provider_new, name="new"),
    path("<uuid:public_id>/", views.provider, name="provider"),
]
