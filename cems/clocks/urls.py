"""Addresses of clocks."""

from django.urls import path

from cems.clocks.views import clock
from cems.clocks.views import feed as feed_views

app_name = "clocks"
urlpatterns = [
    path("", clock.clocks, name="list"),
    path("children/", clock.about_children, name="children"),
    path("calendar/", feed_views.settings_page, name="feed_settings"),
    path("calendar/make/", feed_views.make, name="feed_make"),
    path("calendar/revoke/", feed_views.revoke, name="feed_revoke"),
    path("feed.ics", feed_views.feed, name="feed"),
    path("failed/", clock.failed, name="failed"),
    path("failed/again/", clock.try_all_again, name="try-all-again"),
    path("failed/mail/", clock.send_again, name="send-again"),
    path("<uuid:public_id>/", clock.clock, name="detail"),
    path("<uuid:public_id>/act/", clock.act, name="act"),
    path("<uuid:public_id>/again/", clock.try_again, name="try-again"),
]
