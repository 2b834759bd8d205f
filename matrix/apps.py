"""App configuration."""

from django.apps import AppConfig


class MatrixConfig(AppConfig):
    name = "matrix"

    def ready(self) -> None:
        from cems.base import registries
        from cems.base.events import subscribe
        from cems.base.registries import add_child_content, add_home_content
        from cems.children.events import LevelAgreed
        from cems.clocks.kinds import add_clock_kind
        from cems.policy.declared import add_policies
        from matrix import child_content, clocks, handlers, home_content
        from matrix.policy import POLICIES
        from matrix.services.reviews import review_follow_level
        from plans.events import ReferralDecided, RequestAnswered

        add_policies(POLICIES)
        add_clock_kind(clocks.REVIEW)
        add_clock_kind(clocks.DUE)
        add_child_content(child_content.CONTENT)
        add_home_content(home_content.CONTENT)
        registries.submitted_level.append(child_content.submitted_level)
        subscribe(LevelAgreed, review_follow_level)
        subscribe(ReferralDecided, handlers.referral_decided)
        subscribe(RequestAnswered, handlers.request_answered)
