import pytest
from cems.children.models import Child
from tests.factories.children import involve, make_child, restrict, bar, agree_level, make_matter
from tests.factories.people import make_team, make_user

pytestmark = pytest.mark.django_db

def test_smoke():
    user = make_user()
    child = make_child()
    assert not Child.objects.visible_to(user).exists()
    involve(child, user)
    assert list(Child.objects.visible_to(user)) == [child]
    agree_level(child, 3)
    make_matter(child, "missing")
    bar(child, user)
    assert not Child.objects.visible_to(user).exists()
    t = make_team()
    m = make_user(team=t)
    c2 = make_child(); involve(c2, t)
    assert list(Child.objects.visible_to(m)) == [c2]
    restrict(c2, owner=m)
