"""Addresses of the child's record. Children are named by their public id; searches by a token."""

from django.urls import path

from cems.children.access.views import death as death_narrowing
from cems.children.access.views import emergency_access, student
from cems.children.access.views import record_use as record_use_record
from cems.children.access.views import restriction as restriction_narrowing
from cems.children.chronology import views
from cems.children.history.views import feedback as feedback_voice
from cems.children.history.views import involvement, level, note, status
from cems.children.identity.views import address as addresses
from cems.children.identity.views import overview as overview_record
from cems.children.identity.views import record as recording
from cems.children.identity.views import self_description
from cems.children.matching.views import merge
from cems.children.matching.views import search as finding
from cems.children.placements.views import placed_concern as placed_concerns
from cems.children.placements.views import placement

app_name = "children"

urlpatterns = [
    path("search/", finding.search, name="search"),
    path("search/<str:token>/", finding.results, name="results"),
    path("new/", recording.new, name="new"),
    path("open-now/", emergency_access.open_now, name="emergency_access"),
    path("opened/", emergency_access.reviews, name="emergency_access_reviews"),
    path("opened/<uuid:access_id>/", emergency_access.review, name="emergency_access_review"),
    path("claims/", involvement.claims, name="claims"),
    path("claims/<uuid:involvement_id>/", involvement.decide, name="decide"),
    path("students/", student.students, name="students"),
    path("students/name/", student.student_child, name="student_child"),
    path("students/<uuid:naming_id>/end/", student.student_child_end, name="student_child_end"),
    path("placed/", placement.placed, name="placed"),
    path("duplicates/", merge.duplicates, name="duplicates"),
    path("<uuid:public_id>/", overview_record.overview, name="overview"),
    path("<uuid:public_id>/match/", merge.candidates, name="candidates"),
    path("<uuid:public_id>/match/<uuid:other_id>/", merge.match, name="match"),
    path("<uuid:public_id>/match/<uuid:other_id>/not-same/", merge.apart, name="not_same"),
    path("<uuid:public_id>/new-child/", merge.confirm, name="confirm"),
    path("<uuid:public_id>/merges/<uuid:merge_id>/undo/", merge.undo, name="merge_undo"),
    path("<uuid:public_id>/identity/", recording.edit, name="edit"),
    path("<uuid:public_id>/identity/name/", recording.add_name, name="add_name"),
    path("<uuid:public_id>/identity/number/", recording.add_identifier, name="add_identifier"),
    path("<uuid:public_id>/identity/number/settle/", merge.settle_number, name="settle_number"),
    path("<uuid:public_id>/involved/", involvement.involved, name="involved"),
    path("<uuid:public_id>/involved/add/", involvement.add, name="involve"),
    path("<uuid:public_id>/involved/me/", involvement.claim, name="claim"),
    path("<uuid:public_id>/involved/<uuid:involvement_id>/end/", involvement.end, name="end_involvement"),
    path("<uuid:public_id>/end-access/", emergency_access.end, name="emergency_access_end"),
    path("<uuid:public_id>/readers/", restriction_narrowing.restriction, name="restriction"),
    path("<uuid:public_id>/readers/restrict/", restriction_narrowing.restrict, name="restrict"),
    path("<uuid:public_id>/readers/name/", restriction_narrowing.reader, name="reader"),
    path("<uuid:public_id>/readers/remove/", restriction_narrowing.remove, name="reader_remove"),
    path("<uuid:public_id>/readers/keep/", restriction_narrowing.keep, name="restriction_keep"),
    path("<uuid:public_id>/readers/lift/", restriction_narrowing.lift, name="restriction_lift"),
    path("<uuid:public_id>/readers/bar/", restriction_narrowing.bar, name="bar"),
    path("<uuid:public_id>/readers/unbar/", restriction_narrowing.unbar, name="bar_end"),
    path("<uuid:public_id>/readers/seal/", restriction_narrowing.seal, name="seal"),
    path("<uuid:public_id>/safe-address/", addresses.address, name="address"),
    path("<uuid:public_id>/safe-address/keep/", addresses.keep, name="address_keep"),
    path("<uuid:public_id>/safe-address/end/", addresses.end, name="address_end"),
    path("<uuid:public_id>/conflict/", restriction_narrowing.conflict, name="conflict"),
    path("<uuid:public_id>/death/", death_narrowing.death, name="death"),
    path("<uuid:public_id>/statuses/", status.statuses, name="statuses"),
    path("<uuid:public_id>/statuses/new/", status.open_status, name="open_status"),
    path("<uuid:public_id>/statuses/<uuid:status_id>/end/", status.end_status, name="end_status"),
    path("<uuid:public_id>/placements/", placement.placements, name="placements"),
    path("<uuid:public_id>/placements/new/", placement.place, name="place"),
    path("<uuid:public_id>/placements/<uuid:placement_id>/end/", placement.end, name="end_placement"),
    path(
        "<uuid:public_id>/placements/<uuid:placement_id>/concern/",
        placement.concern,
        name="placement_concern",
    ),
    path(
        "<uuid:public_id>/placed-concerns/<uuid:concern_id>/", placed_concerns.concern, name="placed_concern"
    ),
    path(
        "<uuid:public_id>/placed-concerns/<uuid:concern_id>/told/", placed_concerns.told, name="placed_told"
    ),
    path(
        "<uuid:public_id>/placed-concerns/<uuid:concern_id>/answer/",
        placed_concerns.answered,
        name="placed_answered",
    ),
    path(
        "<uuid:public_id>/placed-concerns/<uuid:concern_id>/escalate/",
        placed_concerns.escalated,
        name="placed_escalated",
    ),
    path(
        "<uuid:public_id>/placed-concerns/<uuid:concern_id>/outcome/",
        placed_concerns.closed,
        name="placed_closed",
    ),
    path("<uuid:public_id>/orientation/", self_description.orientation, name="orientation"),
    path("<uuid:public_id>/orientation/keep/", self_description.keep, name="orientation_keep"),
    path("<uuid:public_id>/orientation/take-back/", self_description.take_back, name="orientation_take_back"),
    path("<uuid:public_id>/feedback/", feedback_voice.feedback, name="feedback"),
    path("<uuid:public_id>/feedback/new/", feedback_voice.add_feedback, name="add_feedback"),
    path("<uuid:public_id>/levels/", level.levels, name="levels"),
    path("<uuid:public_id>/chronology/", views.chronology, name="chronology"),
    path("<uuid:public_id>/chronology/pdf/", views.chronology_pdf, name="chronology_pdf"),
    path("<uuid:public_id>/notes/", note.notes, name="notes"),
    path("<uuid:public_id>/notes/new/", note.write_note, name="write_note"),
    path("<uuid:public_id>/notes/<uuid:note_id>/correct/", note.write_note, name="correct_note"),
    path("<uuid:public_id>/record-use/", record_use_record.record_use, name="record_use"),
]
