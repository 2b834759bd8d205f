"""Addresses of CEVT."""

from django.urls import path

from triage.cevt.views import (
    contribution,
    decision,
    figures,
    listing,
    low_matrix,
    meeting,
    minutes,
    relayed_contribution,
    research,
    sheet,
    short_review,
)
from triage.cevt.views import raised as raising

app_name = "cevt"

urlpatterns = [
    path("cevt/figures/", figures.figures, name="figures"),
    path("cevt/figures/year/", figures.year, name="year_figures"),
    path("cevt/", listing.cevt, name="list"),
    path("cevt/provisional/", decision.provisional, name="provisional"),
    path("cevt/low/", low_matrix.low, name="low"),
    path("cevt/reviews/", short_review.reviews, name="reviews"),
    path("cevt/keys/", listing.keys, name="single_keys"),
    path("cevt/research/", research.research, name="research"),
    path("cevt/research/say/", research.research_say, name="research_save"),
    path("cevt/children/<uuid:public_id>/", sheet.sheet, name="sheet"),
    path("cevt/children/<uuid:public_id>/say/", contribution.say_field, name="contribution_save"),
    path(
        "cevt/children/<uuid:public_id>/relayed/<uuid:agency_id>/",
        relayed_contribution.relayed_contribution,
        name="relayed_contribution",
    ),
    path("cevt/children/<uuid:public_id>/live/", contribution.live, name="sheet_live"),
    path("cevt/children/<uuid:public_id>/raise/", raising.raise_child, name="item_raise"),
    path("cevt/raised/<uuid:item_id>/", raising.raised, name="item_raised"),
    path("cevt/raised/<uuid:item_id>/letter/", raising.letter, name="item_letter"),
    path("cevt/children/<uuid:public_id>/confirm/", decision.confirm, name="decision_confirm"),
    path("cevt/children/<uuid:public_id>/ask/", decision.ask, name="information_request_new"),
    path("cevt/children/<uuid:public_id>/answer/", decision.answer, name="information_request_answer"),
    path("cevt/children/<uuid:public_id>/withdraw/", decision.withdraw, name="item_withdraw"),
    path("cevt/themes/", minutes.notes, name="notes"),
    path("cevt/meetings/", minutes.meetings, name="meetings"),
    path("cevt/meetings/start/", meeting.start, name="meeting_start"),
    path("cevt/meetings/<uuid:meeting_id>/", minutes.minutes, name="minutes"),
    path("cevt/meetings/<uuid:meeting_id>/pdf/", minutes.minutes_pdf, name="minutes_pdf"),
    path("cevt/meetings/<uuid:meeting_id>/table/", meeting.table, name="attendance"),
    path("cevt/meetings/<uuid:meeting_id>/here/", meeting.here, name="attendance_here"),
    path("cevt/meetings/<uuid:meeting_id>/note/", meeting.note, name="meeting_note"),
    path("cevt/meetings/<uuid:meeting_id>/end/", meeting.end, name="meeting_end"),
    path("cevt/submissions/<uuid:public_id>/feedback/", decision.feedback_pdf, name="feedback_pdf"),
]
