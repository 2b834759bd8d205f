"""Addresses of notices."""

from django.urls import path

from cems.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.notices, name="list"),
    path("read/", views.read_all, name="read-all"),
]
