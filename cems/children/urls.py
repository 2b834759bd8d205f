"""Addresses of the child's record. Children are named by their public id; searches by a token."""

from django.urls import path

from cems.children.views import finding, glass, involving, record, recording

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
    path("<uuid:public_id>/", record.overview, name="overview"),
    path("<uuid:public_id>/identity/", recording.edit, name="edit"),
    path("<uuid:public_id>/identity/name/", recording.add_name, name="add_name"),
    path("<uuid:public_id>/identity/number/", recording.add_identifier, name="add_identifier"),
    path("<uuid:public_id>/involved/", involving.involved, name="involved"),
    path("<uuid:public_id>/involved/add/", involving.add, name="involve"),
    path("<uuid:public_id>/involved/me/", involving.claim, name="claim"),
    path("<uuid:public_id>/involved/<uuid:involvement_id>/end/", involving.end, name="end_involvement"),
    path("<uuid:public_id>/end-access/", glass.end, name="glass_end"),
    path("<uuid:public_id>/statuses/", record.statuses, name="statuses"),
    path("<uuid:public_id>/statuses/new/", record.open_status, name="open_status"),
    path("<uuid:public_id>/statuses/<uuid:status_id>/end/", record.end_status, name="end_status"),
    path("<uuid:public_id>/chronology/", record.chronology, name="chronology"),
    path("<uuid:public_id>/notes/", record.notes, name="notes"),
    path("<uuid:public_id>/notes/new/", record.write_note, name="write_note"),
    path("<uuid:public_id>/notes/<uuid:note_id>/correct/", record.write_note, name="correct_note"),
    path("<uuid:public_id>/record-use/", record.record_use, name="record_use"),
]
