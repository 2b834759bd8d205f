"""App configuration."""

from django.apps import AppConfig


class ChildrenConfig(AppConfig):
    name = "cems.children"
    label = "children"

    def ready(self) -> None:
        from cems.accounts.events import AppointmentChanged, DelegationChanged, PersonLeft
        from cems.base import registries
        from cems.base.events import subscribe
        from cems.children import child_content, derived, handlers, home_content, reference
        from cems.children.clocks import PLACED_ANSWER, PLACED_ESCALATION, PLACED_TELL, RESTRICTION_REVIEW
        from cems.children.policy import POLICIES
        from cems.clocks.access import ask_children_seen, ask_may_see_child
        from cems.clocks.kinds import add_clock_kind
        from cems.notices.services import keep_mail_back
        from cems.policy.declared import add_policies

        add_policies(POLICIES)
        registries.add_child_content(child_content.CONTENT)
        registries.add_home_content(home_content.CONTENT)
        registries.derived_checks["children.current_level"] = derived.current_levels
        registries.derived_checks["children.joined_authorities"] = derived.joined_authorities
        registries.add_reference_data("children", reference.sync)
        for kind in (RESTRICTION_REVIEW, PLACED_TELL, PLACED_ANSWER, PLACED_ESCALATION):
            add_clock_kind(kind)
        keep_mail_back(handlers.died)
        subscribe(PersonLeft, handlers.rights_changed)
        subscribe(AppointmentChanged, handlers.rights_changed)
        subscribe(DelegationChanged, handlers.cover_changed)
        ask_may_see_child(handlers.may_see)
        ask_children_seen(handlers.seen_by)
