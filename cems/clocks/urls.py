"""Addresses of clocks."""

from django.urls import path

from cems.clocks import feed_views, views

app_name = "clocks"
urlpatterns = [
    path("", views.clocks, name="list"),
    path("children/", views.about_children, name="children"),
    path("calendar/", feed_views.settings_page, name="feed_settings"),
    path("calendar/make/", feed_views.make, name="feed_make"),
    path("calendar/revoke/", feed_views.revoke, name="feed_revoke"),
    path("feed.ics", feed_views.feed, name="feed"),
    path("failed/", views.failed, name="failed"),
    path("failed/mail/", views.send_again, name="send-again"),
    path("<uuid:public_id>/", views.clock, name="detail"),
    path("<uuid:public_id>/act/", views.act, name="act"),
    path("<uuid:public_id>/again/", views.try_again, name="try-again"),
]
