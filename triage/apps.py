"""App configuration."""

from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "triage"

    def ready(self) -> None:
        from cems.base.events import subscribe
        from cems.base.registries import add_child_content
        from cems.clocks.kinds import add_clock_kind
        from matrix.events import MatrixSubmitted
        from triage import child_content, clocks, services

        add_clock_kind(clocks.RECEIPT)
        add_child_content(child_content.CONTENT)
        subscribe(MatrixSubmitted, services.on_matrix_submitted)
