"""When the Harm Outside the Home approach may be taken (T1). Pure.

Harm Outside the Home Multi-Agency Procedures, Early Help and Children Services: early help, or a child in
need (section 17), or a section 47 enquiry that did not substantiate significant harm; and the primary risk
lies outside the family home.
"""

from triage.choices import Section47, Threshold

OF_NEED = frozenset({Threshold.EARLY_HELP, Threshold.SECTION_17})


def why_not(*, threshold: str, section_47: str, outside_home: bool | None) -> str:
    """Why the approach can't be taken, as a plain sentence; "" where it may be (T1)."""
    if not outside_home:
        return "The approach is for children whose main risk lies outside the home."
    if section_47 == Section47.RUNNING:
        return "The section 47 enquiry is still running. The approach may follow when it has ended."
    if section_47 == Section47.SUBSTANTIATED:
        return "Significant harm was substantiated, so child protection procedures are followed."
    if threshold in OF_NEED or section_47 == Section47.UNSUBSTANTIATED:
        return ""
    return (
        "The approach goes with early help, section 17, or a section 47 enquiry that was not substantiated."
    )
