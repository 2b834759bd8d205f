"""App configuration."""

from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "triage"

    def ready(self) -> None:
        from cems.accounts.events import PersonLeft
        from cems.base.events import subscribe
        from cems.base.registries import (
            add_child_content,
            add_home_content,
            add_reference_data,
            submission_panels,
        )
        from cems.children.events import InvolvementChanged, LevelAgreed, StatusOpened
        from cems.clocks.kinds import add_clock_kind
        from cems.policy.declared import add_policies
        from matrix.events import MatrixSubmitted
        from plans.events import ReferralDecided
        from plans.registries import decided_at
        from triage import child_content, clocks, handlers, home_content
        from triage.policy import POLICIES
        from triage.selectors import decided
        from triage.services import advice, items

        add_policies(POLICIES)
        for kind in (
            clocks.RECEIPT,
            clocks.CONFIRMATION,
            clocks.WAITING,
            clocks.LOOK_AGAIN,
            clocks.GATHERING,
        ):
            add_clock_kind(kind)
        add_child_content(child_content.CONTENT)
        add_home_content(home_content.CONTENT)
        add_reference_data("triage", advice.sync)
        decided_at[:] = ["triage:referral"]
        submission_panels.append(decided.panel)
        subscribe(MatrixSubmitted, items.on_matrix_submitted)
        subscribe(ReferralDecided, items.on_referral_decided)
        subscribe(StatusOpened, items.on_status_opened)
        subscribe(InvolvementChanged, handlers.on_involvement_changed)
        subscribe(LevelAgreed, handlers.on_level_agreed)
        subscribe(PersonLeft, handlers.on_person_left)
