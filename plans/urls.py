"""Addresses of referrals and requests; each stands under its child."""

from django.urls import path

from plans import views

app_name = "plans"

urlpatterns = [
    path("<uuid:public_id>/referrals/<uuid:referral_id>/", views.referral, name="referral"),
    path("<uuid:public_id>/strategy-meetings/<uuid:request_id>/", views.request, name="request"),
]
