"""What is kept of earlier outcomes: what they were called, and which provider Changing Lives is."""

from datetime import date

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LABELS = {
    "ceg": "To the locality's CEG board",
    "allocation": "A child exploitation worker is to be allocated",
    "advice": "Advice to the lead practitioner",
    "disruption": "Urgent disruption",
    "nrm": "National Referral Mechanism",
    "provider": "Changing Lives",
    "step_down": "Step down",
    "not_ceg": "Not for CEG",
}
FIRST = {
    "name": "Changing Lives",
    "page": "https://www.changing-lives.org.uk/",
    "age_from": 16,
    "harms": ["sexual"],
    "levels": [2, 3],
    "takes_parents": True,
    "active_from": date(2020, 1, 1),
}


def name_them(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    outcomes = apps.get_model("triage", "Outcome").objects
    referred = outcomes.filter(kind="changing_lives")
    if referred.exists():
        providers = apps.get_model("plans", "Provider").objects
        provider, _ = providers.get_or_create(code="changing-lives", defaults=FIRST)
        referred.update(kind="provider", provider=provider)
    for kind, label in LABELS.items():
        outcomes.filter(kind=kind, label="").update(label=label)


class Migration(migrations.Migration):

    dependencies = [("triage", "0005_provider")]

    operations = [migrations.RunPython(name_them, migrations.RunPython.noop)]
