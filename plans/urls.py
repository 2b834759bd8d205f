"""Addresses of referrals and requests, each under its child; and of providers, which are the partnership's."""

from django.urls import path

from plans import views

app_name = "plans"

provider_patterns = (
    [
        path("", views.providers, name="list"),
        path("new/", views.provider_new, name="new"),
        path("<uuid:public_id>/", views.provider, name="provider"),
    ],
    "providers",
)

urlpatterns = [
    path("<uuid:public_id>/referrals/<uuid:referral_id>/", views.referral, name="referral"),
    path("<uuid:public_id>/meetings/", views.meetings, name="meetings"),
    path("<uuid:public_id>/meetings/new/", views.meeting_new, name="meeting_new"),
    path(
        "<uuid:public_id>/meetings/<uuid:meeting_id>/correct/", views.meeting_correct, name="meeting_correct"
    ),
    path("<uuid:public_id>/strategy-meetings/<uuid:request_id>/", views.request, name="request"),
]
