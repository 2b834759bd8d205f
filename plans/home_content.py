"""Where providers are found: beside the other pages of an administrator, and in the directory."""

from cems.accounts.roles import Work
from cems.accounts.slots import DirectoryList
from cems.base.first_page import Place
from plans.selectors.provider import provider_contacts

PROVIDERS = Place("Providers", "providers:list", (Work.ADMINISTRATION,))
CONTACTS = DirectoryList("Providers", provider_contacts)
