"""Addresses of sign-in (django-allauth's, chosen one by one), of own sign-ins, and of the people pages.

Chosen one by one so that none of allauth's other pages (own e-mail addresses, sign-up by code) is open.
"""

from allauth.account import views as allauth
from django.urls import include, path, re_path

from cems.accounts import cover_views, own_views, practice_settings_views, token_views, views

account_patterns = (
    [
        path("sign-ins/", own_views.sessions, name="sessions"),
        path("sign-ins/elsewhere/", own_views.sign_out_elsewhere, name="sign-out-elsewhere"),
        path("cover/", cover_views.cover, name="cover"),
        path("cover/<uuid:public_id>/new/", cover_views.cover_new, name="cover-new"),
        path("cover/<uuid:public_id>/end/", cover_views.cover_end, name="cover-end"),
    ],
    "account",
)

people_patterns = (
    [
        path("", views.users, name="users"),
        path("new/", views.new, name="new"),
        path("agencies/", views.agencies, name="agencies"),
        path("agencies/<slug:code>/", views.agency, name="agency"),
        path("teams/", views.teams, name="teams"),
        path("teams/new/", views.team, name="team-new"),
        path("teams/<uuid:public_id>/", views.team, name="team"),
        path("roles/<uuid:public_id>/end/", views.end_role, name="end-role"),
        path("keys/<uuid:public_id>/revoke/", token_views.revoke, name="token-revoke"),
        path("<uuid:public_id>/", views.user, name="user"),
        path("<uuid:public_id>/keys/new/", token_views.new, name="token-new"),
        path("<uuid:public_id>/change/", views.change, name="change"),
        path("<uuid:public_id>/role/", views.appoint, name="appoint"),
        path("<uuid:public_id>/leave/", views.leave, name="leave"),
        path("<uuid:public_id>/back/", views.bring_back, name="bring-back"),
        path("<uuid:public_id>/invite/", views.invite, name="invite"),
        path("<uuid:public_id>/second-factor/", views.reset_second_factor, name="reset-second-factor"),
    ],
    "people",
)

practice_settings_patterns = (
    [
        path("", practice_settings_views.settings, name="list"),
        path("changes/<uuid:public_id>/withdraw/", practice_settings_views.withdraw, name="withdraw"),
        path("<str:key>/", practice_settings_views.setting, name="setting"),
        path("<str:key>/change/", practice_settings_views.change, name="change"),
    ],
    "practice_settings",
)

urlpatterns = [
    path("account/", include(account_patterns)),
    path("account/keep-alive/", own_views.keep_alive, name="account_keep_alive"),
    path("account/login/", allauth.login, name="account_login"),
    path("account/logout/", allauth.logout, name="account_logout"),
    path("account/inactive/", allauth.account_inactive, name="account_inactive"),
    path("account/signup/", allauth.signup, name="account_signup"),
    path("account/reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("account/password/change/", allauth.password_change, name="account_change_password"),
    path("account/password/set/", allauth.password_set, name="account_set_password"),
    path("account/password/reset/", allauth.password_reset, name="account_reset_password"),
    path("account/password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # allauth's pages link to its list of sessions by this name; ours stands in its place.
    path("account/sign-ins/", own_views.sessions, name="usersessions_list"),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("people/", include(people_patterns)),
    path("practice-settings/", include(practice_settings_patterns)),
]
