"""Addresses of the child's record. Children are named by their public id; searches by a token."""

from django.urls import path

from cems.children.access.views import (
    assignment,
    death,
    disclosure,
    emergency_access,
    record_use,
    restriction,
    student,
)
from cems.children.chronology import views as chronology
from cems.children.family.views import relationship
from cems.children.history.views import claim, feedback, involvement, level, note, status
from cems.children.identity.views import address, age, overview, record, school, self_description
from cems.children.matching.views import merge, search
from cems.children.placements.views import placed_concern, placement

app_name = "children"

urlpatterns = [
    path("search/", search.search, name="search"),
    path("search/<str:token>/", search.results, name="search_results"),
    path("new/", record.new, name="record_new"),
    path("open-now/", emergency_access.open_now, name="emergency_access"),
    path("opened/", emergency_access.reviews, name="emergency_access_reviews"),
    path("opened/<uuid:access_id>/", emergency_access.review, name="emergency_access_review"),
    path("claims/", claim.claims, name="claims"),
    path("claims/<uuid:involvement_id>/", claim.decide, name="claim_decide"),
    path("claims/<uuid:involvement_id>/answer/", claim.answer, name="claim_answer"),
    path("students/", student.students, name="students"),
    path("students/name/", student.student_child, name="student_name"),
    path("students/<uuid:naming_id>/end/", student.student_child_end, name="student_end"),
    path("placed/", placement.placed, name="placed_children"),
    path("duplicates/", merge.duplicates, name="duplicates"),
    path("<uuid:public_id>/", overview.overview, name="overview"),
    path("<uuid:public_id>/match/", merge.candidates, name="merge_candidates"),
    path("<uuid:public_id>/match/<uuid:other_id>/", merge.match, name="merge"),
    path("<uuid:public_id>/match/<uuid:other_id>/not-same/", merge.apart, name="not_same"),
    path("<uuid:public_id>/new-child/", merge.confirm, name="record_confirm"),
    path("<uuid:public_id>/merges/<uuid:merge_id>/undo/", merge.undo, name="merge_undo"),
    path("<uuid:public_id>/identity/", record.edit, name="identity_change"),
    path("schools/suggest/", school.suggest, name="school_suggest"),
    path("<uuid:public_id>/age/", age.decide, name="age_decide"),
    path("<uuid:public_id>/identity/name/", record.add_name, name="name_add"),
    path("<uuid:public_id>/identity/number/", record.add_identifier, name="identifier_add"),
    path("<uuid:public_id>/identity/number/settle/", merge.settle_number, name="settle_number"),
    path("<uuid:public_id>/involved/", involvement.involved, name="involvements"),
    path("<uuid:public_id>/involved/add/", involvement.add, name="involvement_new"),
    path("<uuid:public_id>/involved/me/", claim.claim, name="involvement_claim"),
    path("<uuid:public_id>/involved/<uuid:involvement_id>/end/", involvement.end, name="involvement_end"),
    path("<uuid:public_id>/end-access/", emergency_access.end, name="emergency_access_end"),
    path("<uuid:public_id>/readers/", restriction.restriction, name="restriction"),
    path("<uuid:public_id>/assigned/", assignment.assignments, name="assignments"),
    path("<uuid:public_id>/assigned/<uuid:assignment_id>/end/", assignment.end, name="assignment_end"),
    path("<uuid:public_id>/shared/", disclosure.disclosures, name="disclosures"),
    path("<uuid:public_id>/shared/take/", disclosure.take, name="document_take"),
    path("<uuid:public_id>/shared/not/", disclosure.not_shared, name="not_shared"),
    path("<uuid:public_id>/readers/restrict/", restriction.restrict, name="restriction_start"),
    path("<uuid:public_id>/readers/name/", restriction.reader, name="reader_name"),
    path("<uuid:public_id>/readers/<uuid:person_id>/remove/", restriction.remove, name="reader_end"),
    path("<uuid:public_id>/readers/keep/", restriction.keep, name="restriction_keep"),
    path("<uuid:public_id>/readers/lift/", restriction.lift, name="restriction_lift"),
    path("<uuid:public_id>/readers/bar/", restriction.bar, name="bar_new"),
    path("<uuid:public_id>/readers/<uuid:person_id>/unbar/", restriction.unbar, name="bar_end"),
    path("<uuid:public_id>/readers/seal/", restriction.seal, name="seal"),
    path("<uuid:public_id>/safe-address/", address.address, name="address"),
    path("<uuid:public_id>/safe-address/keep/", address.keep, name="address_keep"),
    path("<uuid:public_id>/safe-address/end/", address.end, name="address_end"),
    path("<uuid:public_id>/conflict/", restriction.conflict, name="conflict"),
    path("<uuid:public_id>/death/", death.death, name="death"),
    path("<uuid:public_id>/statuses/", status.statuses, name="statuses"),
    path("<uuid:public_id>/statuses/new/", status.open_status, name="status_open"),
    path("<uuid:public_id>/statuses/<uuid:status_id>/end/", status.end_status, name="status_end"),
    path("<uuid:public_id>/statuses/<uuid:status_id>/correct/", status.correct_status, name="status_correct"),
    path(
        "<uuid:public_id>/statuses/<uuid:status_id>/withdraw/",
        status.withdraw_status,
        name="status_withdraw",
    ),
    path("<uuid:public_id>/placements/", placement.placements, name="placements"),
    path("<uuid:public_id>/placements/new/", placement.place, name="placement_new"),
    path("<uuid:public_id>/placements/<uuid:placement_id>/end/", placement.end, name="placement_end"),
    path(
        "<uuid:public_id>/placements/<uuid:placement_id>/correct/",
        placement.correct,
        name="placement_correct",
    ),
    path(
        "<uuid:public_id>/placements/<uuid:placement_id>/withdraw/",
        placement.withdraw,
        name="placement_withdraw",
    ),
    path(
        "<uuid:public_id>/placements/<uuid:placement_id>/concern/",
        placement.concern,
        name="placement_concern",
    ),
    path(
        "<uuid:public_id>/placed-concerns/<uuid:concern_id>/", placed_concern.concern, name="placed_concern"
    ),
    path(
        "<uuid:public_id>/placed-concerns/<uuid:concern_id>/told/",
        placed_concern.told,
        name="placed_concern_told",
    ),
    path(
        "<uuid:public_id>/placed-concerns/<uuid:concern_id>/answer/",
        placed_concern.answered,
        name="placed_concern_answered",
    ),
    path(
        "<uuid:public_id>/placed-concerns/<uuid:concern_id>/escalate/",
        placed_concern.escalated,
        name="placed_concern_escalated",
    ),
    path(
        "<uuid:public_id>/placed-concerns/<uuid:concern_id>/outcome/",
        placed_concern.closed,
        name="placed_concern_closed",
    ),
    path("<uuid:public_id>/family/", relationship.family, name="family"),
    path("<uuid:public_id>/family/new/", relationship.add, name="relationship_new"),
    path(
        "<uuid:public_id>/family/<uuid:relationship_id>/change/",
        relationship.correct,
        name="relationship_correct",
    ),
    path("<uuid:public_id>/family/<uuid:relationship_id>/end/", relationship.end, name="relationship_end"),
    path(
        "<uuid:public_id>/family/<uuid:relationship_id>/record/",
        relationship.find_record,
        name="record_find",
    ),
    path(
        "<uuid:public_id>/family/<uuid:relationship_id>/record/<uuid:other_id>/",
        relationship.link,
        name="record_link",
    ),
    path(
        "<uuid:public_id>/family/<uuid:relationship_id>/linked/<uuid:link_id>/part/",
        relationship.unlink,
        name="record_unlink",
    ),
    path("<uuid:public_id>/orientation/", self_description.orientation, name="orientation"),
    path("<uuid:public_id>/orientation/keep/", self_description.keep, name="orientation_keep"),
    path("<uuid:public_id>/orientation/take-back/", self_description.take_back, name="orientation_take_back"),
    path("<uuid:public_id>/feedback/", feedback.feedback, name="feedback"),
    path("<uuid:public_id>/feedback/new/", feedback.add_feedback, name="feedback_new"),
    path("<uuid:public_id>/levels/", level.levels, name="levels"),
    path("<uuid:public_id>/chronology/", chronology.chronology, name="chronology"),
    path("<uuid:public_id>/chronology/pdf/", chronology.chronology_pdf, name="chronology_pdf"),
    path("<uuid:public_id>/notes/", note.notes, name="notes"),
    path("<uuid:public_id>/notes/new/", note.write_note, name="note_new"),
    path("<uuid:public_id>/notes/<uuid:note_id>/correct/", note.write_note, name="note_correct"),
    path("<uuid:public_id>/record-use/", record_use.record_use, name="record_use"),
]
