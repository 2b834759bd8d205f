"""Addresses of sign-in (django-allauth's, chosen one by one), of own sign-ins, and of the people pages.

Chosen one by one so that none of allauth's other pages (own e-mail addresses, sign-up by code) is open.
"""

from allauth.account import views as allauth
from django.urls import include, path, re_path

from cems.accounts.directory import views as directory_views
from cems.accounts.views import (
    account_change,
    authority,
    hand_over,
    person,
    practice_list,
    practice_setting,
    session,
)
from cems.accounts.views import cover as cover_views
from cems.accounts.views import token as token_views

account_patterns = (
    [
        path("sign-ins/", session.sessions, name="sessions"),
        path("sign-ins/elsewhere/", session.sign_out_elsewhere, name="sign-out-elsewhere"),
        path("changes/<uuid:public_id>/stop/", account_change.stop, name="stop-change"),
        path("changes/stop/key/<str:token>/", account_change.stop_link, name="stop-link"),
        path("cover/", cover_views.cover, name="cover"),
        path("cover/<uuid:public_id>/new/", cover_views.cover_new, name="cover-new"),
        path("hand-over/<uuid:public_id>/", hand_over.hand_over, name="hand-over"),
        path("cover/<uuid:public_id>/end/", cover_views.cover_end, name="cover-end"),
    ],
    "account",
)

people_patterns = (
    [
        path("", person.users, name="users"),
        path("new/", person.new, name="new"),
        path("agencies/", person.agencies, name="agencies"),
        path("agencies/<slug:code>/", person.agency, name="agency"),
        path("agencies/<slug:code>/lead/", person.agency_lead, name="agency-lead"),
        path("teams/", person.teams, name="teams"),
        path("teams/new/", person.team, name="team-new"),
        path("teams/<uuid:public_id>/", person.team, name="team"),
        path("roles/<uuid:public_id>/end/", person.end_role, name="end-role"),
        path("changes/<uuid:public_id>/", account_change.account_change, name="account-change"),
        path("keys/<uuid:public_id>/revoke/", token_views.revoke, name="token-revoke"),
        path("<uuid:public_id>/", person.user, name="user"),
        path("<uuid:public_id>/keys/new/", token_views.new, name="token-new"),
        path("<uuid:public_id>/change/", person.change, name="change"),
        path("<uuid:public_id>/role/", person.appoint, name="appoint"),
        path("<uuid:public_id>/leave/", person.leave, name="leave"),
        path("<uuid:public_id>/back/", person.bring_back, name="bring-back"),
        path("<uuid:public_id>/invite/", person.invite, name="invite"),
        path("<uuid:public_id>/second-factor/", person.reset_second_factor, name="reset-second-factor"),
    ],
    "people",
)

authorities_patterns = (
    [
        path("", authority.authorities, name="list"),
        path("suggest/", authority.suggest, name="suggest"),
        path("<slug:code>/", authority.reach, name="reach"),
        path("<slug:code>/successor/", authority.follow, name="follow"),
    ],
    "authorities",
)

practice_settings_patterns = (
    [
        path("", practice_setting.settings, name="list"),
        path("changes/<uuid:public_id>/withdraw/", practice_setting.withdraw, name="withdraw"),
        path("<str:key>/", practice_setting.setting, name="setting"),
        path("<str:key>/change/", practice_setting.change, name="change"),
    ],
    "practice_settings",
)

practice_lists_patterns = (
    [
        path("", practice_list.lists, name="list"),
        path("<str:key>/", practice_list.entry_new, name="entry_new"),
        path("<str:key>/<str:entry_key>/", practice_list.entry, name="entry"),
    ],
    "practice_lists",
)

directory_patterns = (
    [
        path("", directory_views.directory, name="directory"),
        path("helplines/", directory_views.helplines, name="helplines"),
        path("helplines/new/", directory_views.helpline_new, name="helpline_new"),
        path("helplines/<uuid:public_id>/", directory_views.helpline, name="helpline"),
    ],
    "directory",
)

urlpatterns = [
    path("who-to-ring/", include(directory_patterns)),
    path("account/", include(account_patterns)),
    path("account/keep-alive/", session.keep_alive, name="account_keep_alive"),
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
    path("account/sign-ins/", session.sessions, name="usersessions_list"),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("people/", include(people_patterns)),
    path("authorities/", include(authorities_patterns)),
    path("practice-settings/", include(practice_settings_patterns)),
    path("practice-lists/", include(practice_lists_patterns)),
]
