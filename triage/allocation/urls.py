"""Addresses of allocation (T6)."""

from django.urls import path

from triage.allocation.views import acceptance, board, handover, reallocation
from triage.allocation.views import allocation as allocating
from triage.allocation.views import worker as workers

CHILD = "allocation/children/<uuid:public_id>/"

app_name = "allocation"

urlpatterns = [
    path("allocation/", board.board, name="board"),
    path("allocation/exceptions/", board.unallocated, name="unallocated"),
    path("allocation/mine/", board.my_children, name="caseload"),
    path("allocation/handover/", handover.handover, name="handover"),
    path("allocation/handover.pdf", handover.handover_pdf, name="handover_pdf"),
    path("allocation/vacancies/new/", workers.vacancy, name="vacancy_new"),
    path("allocation/vacancies/<uuid:vacancy_id>/end/", workers.vacancy_end, name="vacancy_end"),
    path("allocation/absences/<uuid:absence_id>/end/", workers.absence_end, name="absence_end"),
    path("allocation/workers/<uuid:worker_id>/", workers.worker, name="worker"),
    path("allocation/workers/<uuid:worker_id>/absence/", workers.absence, name="absence_new"),
    path("allocation/workers/<uuid:worker_id>/reassign/", reallocation.reassign, name="reallocation"),
    path("allocation/workers/<uuid:worker_id>/room/<slug:kind>/", workers.capacity, name="capacity"),
    path(CHILD + "ask/", allocating.ask, name="wait_new"),
    path(CHILD + "held/<uuid:allocation_id>/", acceptance.detail, name="detail"),
    path(CHILD + "held/<uuid:allocation_id>/end/", acceptance.end, name="end"),
    path(CHILD + "held/<uuid:allocation_id>/undo/", acceptance.undo, name="undo"),
    path(CHILD + "<slug:kind>/", allocating.allocate, name="candidates"),
    path(CHILD + "<slug:kind>/none/", allocating.allocation_decline, name="decline"),
    path(CHILD + "<slug:kind>/hold/", allocating.weekend_cover, name="weekend_cover"),
    path(CHILD + "<slug:kind>/give/<uuid:worker_id>/", allocating.give, name="allocate"),
]
