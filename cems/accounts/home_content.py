"""What accounts add to a person's first page: the main job of an administrator."""

from cems.accounts.roles import Work
from cems.base.first_page import StartButton

PEOPLE = StartButton("People and roles", "people:users", Work.ADMINISTRATION)
