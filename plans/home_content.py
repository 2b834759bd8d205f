"""Where the pages of providers are found: beside the other pages of an administrator."""

from cems.accounts.roles import Work
from cems.base.first_page import Place

PROVIDERS = Place("Providers", "providers:list", (Work.ADMINISTRATION,))
