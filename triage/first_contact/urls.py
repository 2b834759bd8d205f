"""Addresses of First Contact; what is about one referral stands under its child."""

from django.urls import path

from triage.first_contact.views import assessment, enquiry, queue

urlpatterns = [
    path("", queue.queue, name="first_contact"),
    path("matrix/", queue.has_matrix, name="has_matrix"),
    path("asked/<uuid:public_id>/", enquiry.answer, name="answer"),
    path("<uuid:public_id>/refer/", queue.refer, name="refer"),
    path("<uuid:public_id>/<uuid:referral_id>/", assessment.referral, name="referral"),
    path("<uuid:public_id>/<uuid:referral_id>/ask/", assessment.ask, name="ask"),
    path(
        "<uuid:public_id>/<uuid:referral_id>/asked/<uuid:enquiry_id>/",
        assessment.answer_for,
        name="answer_for",
    ),
    path("<uuid:public_id>/<uuid:referral_id>/found/", assessment.found, name="found"),
    path("<uuid:public_id>/<uuid:referral_id>/decide/", assessment.decide, name="decide"),
    path("<uuid:public_id>/<uuid:referral_id>/strategy-meeting/", assessment.ask_meeting, name="ask_meeting"),
]
