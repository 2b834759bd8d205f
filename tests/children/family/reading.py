"""What one reader meets of the people in a child's life."""

import re

from django.urls import reverse

from cems.children.access.child_access import access_to
from cems.children.access_control import OpenChild
from cems.children.family.selectors.relationship import linked_records
from cems.children.models import Child
from tests.factories.children import involve
from tests.factories.people import make_team, make_user, sign_in


def make_reader_of(child):
    user = make_user(team=make_team())
    involve(child, user, "health")
    return user


def url(name, child, *more):
    return reverse(f"children:{name}", args=[child.public_id, *more])


def fresh(child):
    return Child.objects.unscoped("a test looks again").get(pk=child.pk)


def page(user, child, name="family"):
    """What a page says, without what differs at each request."""
    answer = sign_in(user).get(url(name, child))
    assert answer.status_code == 200
    words = answer.content.decode()
    words = re.sub(r'csrfmiddlewaretoken"\s+value="\w+"|nonce="[^"]+"|__reference">[^<]+<', "", words)
    return words[words.index("<body") :]


def opened(user, child):
    return OpenChild(fresh(child), access_to(user, child))


def seen(user, child):
    return [linked.child.pk for part in linked_records(user, opened(user, child)) for linked in part]


def told(text, sibling):
    return any(hint in text for hint in (sibling.family_name, sibling.reference, str(sibling.public_id)))


# --- both ways, from one row --------------------------------------------------------------------------------
