"""Addresses of clocks."""

from django.urls import path

from cems.clocks import views

app_name = "clocks"
urlpatterns = [
    path("", views.clocks, name="list"),
    path("parked/", views.parked, name="parked"),
    path("parked/mail/", views.send_again, name="send-again"),
    path("<uuid:public_id>/", views.clock, name="detail"),
    path("<uuid:public_id>/act/", views.act, name="act"),
    path("<uuid:public_id>/again/", views.try_again, name="try-again"),
]
