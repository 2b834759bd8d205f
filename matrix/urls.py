"""Addresses of the CE Matrix."""

from django.urls import path

from matrix.views import (
    child,
    draft,
    judging,
    live,
    moving,
    paper_matrix,
    people,
    reading,
    saving,
    sending,
    short_review,
)

app_name = "matrix"

urlpatterns = [
    path("children/<uuid:public_id>/matrix/", child.for_child, name="for_child"),
    path("children/<uuid:public_id>/matrix/start/", child.start, name="start"),
    path("children/<uuid:public_id>/matrix/due/", child.due, name="due"),
    path("children/<uuid:public_id>/matrix/paper/", paper_matrix.paper, name="paper"),
    path("matrix/submissions/<uuid:public_id>/told/", paper_matrix.told, name="author_told"),
    path("children/<uuid:public_id>/matrix/review/", short_review.send, name="short_review"),
    path(
        "children/<uuid:public_id>/matrix/reviews/<uuid:review_id>/",
        short_review.sent,
        name="short_review_sent",
    ),
    path("matrix/submissions/<uuid:public_id>/", sending.submission, name="submission"),
    path("matrix/submissions/<uuid:public_id>/compared/", reading.compared, name="compared"),
    path("matrix/submissions/<uuid:public_id>/pdf/", reading.submission_pdf, name="submission_pdf"),
    path("matrix/<uuid:public_id>/", draft.tasks, name="tasks"),
    path("matrix/<uuid:public_id>/groups/<slug:code>/", draft.group, name="group"),
    path("matrix/<uuid:public_id>/compare/", reading.compare, name="compare"),
    path("matrix/<uuid:public_id>/profile/", draft.profile, name="profile"),
    path("matrix/<uuid:public_id>/newer/", moving.move, name="move"),
    path("matrix/<uuid:public_id>/live/", live.live, name="live"),
    path("matrix/<uuid:public_id>/answer/", saving.answer, name="answer"),
    path("matrix/<uuid:public_id>/field/", saving.field, name="field"),
    path("matrix/<uuid:public_id>/plan/", judging.plan, name="plan"),
    path("matrix/<uuid:public_id>/views/", judging.views, name="views"),
    path("matrix/<uuid:public_id>/judgement/", judging.judgement, name="judgement"),
    path("matrix/<uuid:public_id>/check/", sending.check, name="check"),
    path("matrix/<uuid:public_id>/submit/", sending.submit, name="submit"),
    path("matrix/<uuid:public_id>/people/", people.contributors, name="contributors"),
    path(
        "matrix/<uuid:public_id>/people/<uuid:contributor_id>/end/",
        people.end_contributor,
        name="end_contributor",
    ),
    path("matrix/<uuid:public_id>/withdraw/", draft.withdraw, name="withdraw"),
]
