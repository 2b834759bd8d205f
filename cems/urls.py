"""Every address of CEMS. Apps declare their own; a guard fails any address without an access rule."""

from django.urls import include, path

from cems import form_drafts, health, help_pages, home, openapi
from plans.urls import provider_patterns

draft_patterns = (
    [
        path("", form_drafts.unsent, name="unsent"),
        path("save/", form_drafts.save, name="save"),
        path("discard/", form_drafts.discard, name="discard"),
    ],
    "form_drafts",
)

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("help/words/", help_pages.glossary, name="help_words"),
    path("help/accessibility/", help_pages.accessibility, name="help_accessibility"),
    path("help/privacy/", help_pages.privacy, name="help_privacy"),
    path("not-sent/", include(draft_patterns)),
    path("", include("cems.accounts.urls")),
    path("notices/", include("cems.notices.urls")),
    path("clocks/", include("cems.clocks.urls")),
    path("actions/", include("cems.actions.urls")),
    path("children/", include("cems.children.urls")),
    path("children/", include("plans.urls")),
    path("providers/", include(provider_patterns)),
    path("", include("matrix.urls")),
    path("", include("triage.urls")),
    path("", include("ceg.urls")),
    path("api/v1/", include("matrix.api_urls")),
    path("api/v1/actions/", include("cems.actions.api_urls")),
    path("api/v1/cevt/", include("triage.cevt.api_urls")),
    path("api/schema/", openapi.description, name="openapi"),
]

handler400 = "cems.base.error_pages.bad_request"
handler403 = "cems.base.error_pages.permission_denied"
handler404 = "cems.base.error_pages.not_found"
handler429 = "cems.base.error_pages.too_many"  # django-allauth asks for this one
handler500 = "cems.base.error_pages.server_error"
