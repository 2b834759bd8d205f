"""Addresses of the locality boards (G1, G2)."""

from django.urls import path

from ceg.views import board, entry, review

app_name = "ceg"

urlpatterns = [
    path("ceg/", board.board, name="board"),
    path("ceg/children/<uuid:public_id>/", entry.child, name="child"),
    path("ceg/children/<uuid:public_id>/review/", review.review, name="review"),
    path("ceg/children/<uuid:public_id>/hand-over/", entry.hand_over, name="hand_over"),
]
