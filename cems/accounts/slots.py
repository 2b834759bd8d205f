"""What the pages of an administrator ask of the apps above."""

from cems.base.extension import Many
from cems.base.first_page import Place

ADMINISTRATION: Many[Place] = Many(
    "accounts.administration",
    "A page beside people, agencies, teams and practice settings, for those who do its kind of work.",
    name_of=lambda place: place.url_name,
)
