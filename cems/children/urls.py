"""Addresses of the child's record. Children are named by their public id; searches by a token."""

from django.urls import path

from cems.children.views import (
    addresses,
    finding,
    glass,
    involving,
    matching,
    narrowing,
    placed_concerns,
    placing,
    record,
    recording,
    self_description,
    voice,
)

app_name = "children"

urlpatterns = [
    path("search/", finding.search, name="search"),
    path("search/<str:token>/", finding.results, name="results"),
    path("new/", recording.new, name="new"),
    path("open-now/", glass.open_now, name="glass"),
    path("opened/", glass.reviews, name="glass_reviews"),
    path("opened/<uuid:glass_id>/", glass.review, name="glass_review"),
    path("claims/", involving.claims, name="claims"),
    path("claims/<uuid:involvement_id>/", involving.decide, name="decide"),
    path("placed/", placing.placed, name="placed"),
    path("duplicates/", matching.duplicates, name="duplicates"),
    path("<uuid:public_id>/", record.overview, name="overview"),
    path("<uuid:public_id>/match/", matching.candidates, name="candidates"),
    path("<uuid:public_id>/match/<uuid:other_id>/", matching.match, name="match"),
    path("<uuid:public_id>/match/<uuid:other_id>/not-same/", matching.apart, name="not_same"),
    path("<uuid:public_id>/new-child/", matching.confirm, name="confirm"),
    path("<uuid:public_id>/merges/<uuid:merge_id>/undo/", matching.undo, name="merge_undo"),
    path("<uuid:public_id>/identity/", recording.edit, name="edit"),
    path("<uuid:public_id>/identity/name/", recording.add_name, name="add_name"),
    path("<uuid:public_id>/identity/number/", recording.add_identifier, name="add_identifier"),
    path("<uuid:public_id>/involved/", involving.involved, name="involved"),
    path("<uuid:public_id>/involved/add/", involving.add, name="involve"),
    path("<uuid:public_id>/involved/me/", involving.claim, name="claim"),
    path("<uuid:public_id>/involved/<uuid:involvement_id>/end/", involving.end, name="end_involvement"),
    path("<uuid:public_id>/end-access/", glass.end, name="glass_end"),
    path("<uuid:public_id>/readers/", narrowing.restriction, name="restriction"),
    path("<uuid:public_id>/readers/restrict/", narrowing.restrict, name="restrict"),
    path("<uuid:public_id>/readers/name/", narrowing.reader, name="reader"),
    path("<uuid:public_id>/readers/remove/", narrowing.remove, name="reader_remove"),
    path("<uuid:public_id>/readers/keep/", narrowing.keep, name="restriction_keep"),
    path("<uuid:public_id>/readers/lift/", narrowing.lift, name="restriction_lift"),
    path("<uuid:public_id>/readers/bar/", narrowing.bar, name="bar"),
    path("<uuid:public_id>/readers/unbar/", narrowing.unbar, name="bar_end"),
    path("<uuid:public_id>/readers/seal/", narrowing.seal, name="seal"),
    path("<uuid:public_id>/safe-address/", addresses.address, name="address"),
    path("<uuid:public_id>/safe-address/keep/", addresses.keep, name="address_keep"),
    path("<uuid:public_id>/safe-address/end/", addresses.end, name="address_end"),
    path("<uuid:public_id>/conflict/", narrowing.conflict, name="conflict"),
    path("<uuid:public_id>/death/", narrowing.death, name="death"),
    path("<uuid:public_id>/statuses/", record.statuses, name="statuses"),
    path("<uuid:public_id>/statuses/new/", record.open_status, name="open_status"),
    path("<uuid:public_id>/statuses/<uuid:status_id>/end/", record.end_status, name="end_status"),
    path("<uuid:public_id>/placements/", placing.placements, name="placements"),
    path("<uuid:public_id>/placements/new/", placing.place, name="place"),
    path("<uuid:public_id>/placements/<uuid:placement_id>/end/", placing.end, name="end_placement"),
    path(
        "<uuid:public_id>/placements/<uuid:placement_id>/concern/", placing.concern, name="placement_concern"
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
    path("<uuid:public_id>/feedback/", voice.feedback, name="feedback"),
    path("<uuid:public_id>/feedback/new/", voice.add_feedback, name="add_feedback"),
    path("<uuid:public_id>/levels/", voice.levels, name="levels"),
    path("<uuid:public_id>/chronology/", record.chronology, name="chronology"),
    path("<uuid:public_id>/chronology/pdf/", record.chronology_pdf, name="chronology_pdf"),
    path("<uuid:public_id>/notes/", record.notes, name="notes"),
    path("<uuid:public_id>/notes/new/", record.write_note, name="write_note"),
    path("<uuid:public_id>/notes/<uuid:note_id>/correct/", record.write_note, name="correct_note"),
    path("<uuid:public_id>/record-use/", record.record_use, name="record_use"),
]
