"""Addresses of First Contact; what is about one referral stands under its child."""

from django.urls import path

from triage.first_contact.views import assessment, enquiry, later_finding, queue

app_name = "first_contact"

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("matrix/", queue.has_matrix, name="matrix_lookup"),
    path("asked/<uuid:public_id>/", enquiry.answer, name="enquiry_answer"),
    path("<uuid:public_id>/refer/", queue.refer, name="referral_new"),
    path("<uuid:public_id>/<uuid:referral_id>/", assessment.referral, name="referral"),
    path("<uuid:public_id>/<uuid:referral_id>/ask/", assessment.ask, name="enquiry_new"),
    path(
        "<uuid:public_id>/<uuid:referral_id>/asked/<uuid:enquiry_id>/",
        assessment.answer_for,
        name="enquiry_answer_for",
    ),
    path("<uuid:public_id>/<uuid:referral_id>/found/", assessment.found, name="assessment"),
    path(
        "<uuid:public_id>/<uuid:referral_id>/found-later/",
        later_finding.later_finding_new,
        name="later_finding_new",
    ),
    path(
        "<uuid:public_id>/<uuid:referral_id>/found-later/<uuid:finding_id>/withdraw/",
        later_finding.later_finding_end,
        name="later_finding_end",
    ),
    path("<uuid:public_id>/<uuid:referral_id>/decide/", assessment.decide, name="referral_decide"),
    path(
        "<uuid:public_id>/<uuid:referral_id>/strategy-meeting/",
        assessment.ask_meeting,
        name="strategy_meeting_request",
    ),
]
