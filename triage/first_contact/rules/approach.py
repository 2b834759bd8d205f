"""When the Harm Outside the Home approach may be taken (T1). Pure.

Harm Outside the Home Multi-Agency Procedures, Early Help and Children Services: early help, or a child in
need (section 17), or a section 47 enquiry that did not substantiate significant harm; and the primary risk
lies outside the family home.
"""

from triage.choices import Section47
from triage.first_contact.rules.threshold import THRESHOLDS


def goes_with() -> str:
    """What the approach goes with, in words: "early help, child in need (section 17), or …"."""
    needs = [kind.label for kind in THRESHOLDS.offered() if kind.takes_approach]
    words = [label[:1].lower() + label[1:] for label in needs]
    return ", ".join([*words, "or a section 47 enquiry that was not substantiated"])


def why_not(*, threshold: str, section_47: str, outside_home: bool | None) -> str:
    """Why the approach can't be taken, as a plain sentence; "" where it may be (T1)."""
    if not outside_home:
        return "The approach is for children whose main risk lies outside the home."
    if section_47 == Section47.RUNNING:
        return "The section 47 enquiry is still running. The approach may follow when it has ended."
    if section_47 == Section47.SUBSTANTIATED:
        return "Significant harm was substantiated, so child protection procedures are followed."
    need = THRESHOLDS.get(threshold)
    if (need and need.takes_approach) or section_47 == Section47.UNSUBSTANTIATED:
        return ""
    return f"The approach goes with {goes_with()}."
