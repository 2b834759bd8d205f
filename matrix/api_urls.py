"""Addresses of the API of the matrix."""

from django.urls import path

from cems.accounts.api import opened
from matrix.api import Matrices, OneSubmission, Submissions

app_name = "api"

urlpatterns = [
    path("matrices/", opened(Matrices), name="matrices"),
    path("submissions/", opened(Submissions), name="submissions"),
    path("submissions/<uuid:public_id>/", opened(OneSubmission), name="submission"),
]
