"""A form sent twice counts once (floor-f3, safe-f34): each view that takes one sees to it, or says why not."""

import ast

from tests.guards.callgraph import functions, reached
from tests.guards.source import told

# A page's form, what saves as it is typed, a call of the API: each has a key, or gets one of the page it was drawn on.
SEEN_TO = {"cems.base.forms.handle_form", "cems.base.autosave.handle_autosave", "cems.base.idempotency.once"}
# Views that take something and have no key: why the second time does no harm.
ENDS = "ends, takes back or gives up one row: the second time there is none to end"
STATE = "sets how things stand: the second time they stand so"
SEARCH = "searches, and writes nothing but that it did"
WITHOUT_KEY = {
    "cems.accounts.views.account_change.stop": ENDS,
    "cems.accounts.views.account_change.stop_link": ENDS,
    "cems.accounts.views.cover.cover_end": ENDS,
    "cems.accounts.views.person.bring_back": STATE,
    "cems.accounts.views.person.invite": "a link takes the place of the one before, which opens nothing then",
    "cems.accounts.views.person.users": SEARCH,
    "cems.accounts.views.practice_setting.withdraw": ENDS,
    "cems.accounts.views.session.keep_alive": STATE,
    "cems.accounts.views.session.sign_out_elsewhere": ENDS,
    "cems.accounts.views.token.revoke": ENDS,
    "cems.children.access.views.assignment.end": ENDS,
    "cems.children.access.views.emergency_access.end": ENDS,
    "cems.children.access.views.student.student_child_end": ENDS,
    "cems.children.family.views.relationship.find_record": SEARCH,
    "cems.children.identity.views.address.end": ENDS,
    "cems.children.identity.views.self_description.take_back": ENDS,
    "cems.children.matching.views.merge.candidates": SEARCH,
    "cems.children.matching.views.search.search": SEARCH,
    "cems.clocks.views.clock.send_again": STATE,
    "cems.clocks.views.clock.try_again": ENDS,
    "cems.clocks.views.clock.try_all_again": STATE,
    "cems.clocks.views.feed.make": "a key takes the place of the one before, which opens nothing then",
    "cems.clocks.views.feed.revoke": ENDS,
    "cems.notices.views.read_all": STATE,
    "matrix.views.child.start": "a child has one draft: the second time opens it",
    "matrix.views.draft.group": "each answer has its version: the second time nothing is changed",
    "matrix.views.draft.withdraw": ENDS,
    "matrix.views.judging.judgement": "each field has its version: the second time nothing is changed",
    "matrix.views.judging.plan": "as the judgement",
    "matrix.views.judging.views": "as the judgement",
    "matrix.views.moving.move": STATE,
    "matrix.views.people.end_contributor": ENDS,
    "triage.advice.views.retire": ENDS,
    "triage.cevt.views.listing.keys": STATE,
    "triage.cevt.views.meeting.end": ENDS,
    "triage.cevt.views.meeting.here": STATE,
    "triage.cevt.views.meeting.start": "an authority has one meeting at a time: the second is refused",
    "triage.cevt.views.meeting.table": STATE,
    "triage.cevt.views.research.research": "each answer has its version: the second time nothing is changed",
    "triage.cevt.views.sheet.sheet": "each of its steps goes through handle_form, or is a version of one's answer",
    "triage.first_contact.views.assessment.ask_meeting": "an open request stands: the second time finds it",
    "triage.first_contact.views.queue.has_matrix": SEARCH,
}


def takes_something(marks: list[ast.expr]) -> bool:
    words = [ast.unparse(mark) for mark in marks]
    return any(sign in word for word in words for sign in ("Shape.POST", "FORM", "SEND", "_post", "_form"))


def test_every_view_that_takes_something_counts_it_once_or_says_why_not() -> None:
    views = [
        name
        for name, function in functions().items()
        if isinstance(function.node, ast.FunctionDef)
        and "/views" in function.source.path
        and takes_something(function.node.decorator_list)
    ]
    assert len(views) > 100
    without = {name for name in views if not SEEN_TO & set(reached(name, stop_at_commands=True))}
    faults = [f"{name} has no key" for name in without - WITHOUT_KEY.keys()]
    faults += [f"{name} is excepted but no longer needs it" for name in WITHOUT_KEY.keys() - without]
    assert not faults, told(faults, "handle the form by handle_form (cems/base/forms.py).")
