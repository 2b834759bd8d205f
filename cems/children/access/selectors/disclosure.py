"""Which document somebody is about to take away, and what left a record before (A4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.audit.choices import Verb
from cems.audit.selectors import GivenOut, given_out
from cems.base.keyset import Page
from cems.children.access_control import OpenChild
from cems.children.slots import DOCUMENTS, ChildDocument

WHAT = {
    Verb.DISCLOSED: "Disclosed outside the partnership",
    Verb.NOT_SHARED: "Not shared",
    Verb.DOWNLOADED: "Taken as a document",
    Verb.EXPORTED: "Taken for work within the partnership",
}


def document_at(opened: OpenChild, address: str) -> ChildDocument | None:
    """The document about this child at this address of ours; None where there is no such document."""
    if not url_has_allowed_host_and_scheme(address, allowed_hosts=None) or not address.startswith("/"):
        return None
    try:
        match = resolve(address.split("?")[0])
    except Resolver404:
        return None
    document = DOCUMENTS.get(match.view_name)
    if document is None:
        return None
    (public_id,) = match.kwargs.values()  # whatever it calls what it is of
    if document.child_id(public_id) not in opened.cluster:
        return None
    return document


@dataclass(frozen=True)
class Line:
    """One line of the page, in words."""

    row: GivenOut
    what: str
    document: str


def disclosures(user: User, opened: OpenChild, after: str) -> Page[GivenOut]:
    """A page of what left this record or was not shared, newest first.

    Of the parts that are open to the user; who took what for their work is told as the record of use is (A3).
    """
    taken_by = None if opened.access.sees(Part.RECORD_USE) else user.pk
    parts = opened.access.parts
    return given_out(opened.cluster.values(), parts=parts, taken_by=taken_by, after=after)


def lines(rows: Sequence[GivenOut]) -> list[Line]:
    """These rows in words."""
    named = {document.url_name: document.title for document in DOCUMENTS}
    return [
        Line(row, WHAT[Verb(row.verb)], named.get(row.document, row.part.replace("_", " "))) for row in rows
    ]
