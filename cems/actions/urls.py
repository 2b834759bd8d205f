"""Addresses of actions."""

from django.urls import path

from cems.actions import views

app_name = "actions"
urlpatterns = [
    path("", views.actions, name="list"),
    path("<uuid:public_id>/", views.action, name="detail"),
    path("<uuid:public_id>/close/", views.close, name="close"),
    path("<uuid:public_id>/undo/", views.undo, name="undo"),
]
