"""Addresses of First Contact; what is about one referral stands under its child."""

from django.urls import path

from triage.views import asked, first_contact, referral

urlpatterns = [
    path("", first_contact.queue, name="first_contact"),
    path("matrix/", first_contact.has_matrix, name="has_matrix"),
    path("asked/<uuid:public_id>/", asked.answer, name="answer"),
    path("<uuid:public_id>/refer/", first_contact.refer, name="refer"),
    path("<uuid:public_id>/<uuid:referral_id>/", referral.referral, name="referral"),
    path("<uuid:public_id>/<uuid:referral_id>/ask/", referral.ask, name="ask"),
    path(
        "<uuid:public_id>/<uuid:referral_id>/asked/<uuid:gathering_id>/",
        referral.answer_for,
        name="answer_for",
    ),
    path("<uuid:public_id>/<uuid:referral_id>/found/", referral.found, name="found"),
    path("<uuid:public_id>/<uuid:referral_id>/decide/", referral.decide, name="decide"),
    path("<uuid:public_id>/<uuid:referral_id>/strategy-meeting/", referral.ask_meeting, name="ask_meeting"),
]
