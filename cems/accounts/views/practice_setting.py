"""Pages of practice settings: what the partnership decides, changed by an administrator (K1)."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.forms.practice_setting import SOON, SettingForm, typed_value
from cems.accounts.models import Authority
from cems.accounts.roles import Work
from cems.accounts.selectors import practice_setting as selectors
from cems.accounts.selectors.practice_setting import Setting
from cems.accounts.services.practice_setting import (
    ProposedSetting,
    setting_change,
    setting_plan,
    setting_withdraw,
)
from cems.base.access_control import FORM, Shape
from cems.base.calendar import say
from cems.base.errors import CommandError, Overtaken
from cems.base.forms import handle_form
from cems.base.not_found import or_404
from cems.base.time import now

administrators = requires_work(Shape.PAGE, Work.ADMINISTRATION)
administrators_change = requires_work(Shape.PAGE, Work.ADMINISTRATION, methods=FORM)


@administrators
def settings(request: HttpRequest) -> HttpResponse:
    """Every setting by subject: its value, since when, where it comes from."""
    groups = selectors.settings_by_subject(now())
    return render(request, "practice_settings/list.html", {"groups": groups})


@administrators
def setting(request: HttpRequest, key: str) -> HttpResponse:
    """One setting: what it is, what comes, what it was."""
    shown_setting = _found(key, _authority(request))
    policy = shown_setting.policy
    context: dict[str, Any] = {"setting": shown_setting, "standing": shown_setting.standing, "policy": policy}
    context["default_words"] = policy.in_words(policy.default)
    if policy.by_authority:
        context["served"] = selectors.authorities_served()
    return render(request, "practice_settings/setting.html", context)


@administrators_change
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Another value from an instant on: the form, then what it will do, then it is kept."""
    authority = _authority(request)
    shown_setting = _found(key, authority)
    if authority is not None and not shown_setting.policy.by_authority:
        raise Http404
    form, step = _form(request, shown_setting, authority), request.POST.get("step", "")
    if request.method != "POST" or step == "edit":
        return _change_page(request, shown_setting, form)
    if not form.is_valid():
        return _change_page(request, shown_setting, form, status=form.status)
    wanted = ProposedSetting(
        policy=shown_setting.policy,
        authority=authority,
        **{name: form.cleaned_data[name] for name in ("typed", "why", "version", "starts_on")},
        inherits=form.cleaned_data.get("inherits", False),
    )
    if step != "save":
        return _check_page(request, shown_setting, form, wanted)
    saved = handle_form(request, form, lambda: _change(request, wanted), refusals=CommandError)
    if saved:
        starts_at = saved.result["starts"]
        messages.success(request, f"{shown_setting.policy.title}: the new value holds from {starts_at}.")
        return redirect(_page_of(shown_setting))
    if form.lost:
        return _lost_page(request, _found(key, authority), form, form.lost)
    return _change_page(request, shown_setting, form, status=form.status)


def _form(request: HttpRequest, shown_setting: Setting, authority: Authority | None) -> SettingForm:
    current = shown_setting.policy.at(now(), authority.pk if authority else None)
    initial = {
        "value": typed_value(shown_setting.policy, current),
        "version": shown_setting.standing.version,
        "starts": SOON,
    }
    return SettingForm(shown_setting.policy, authority, request.POST or None, initial=initial)


def _change(request: HttpRequest, wanted: ProposedSetting) -> dict[str, str]:
    """Keep the change and say from when."""
    row = setting_change(acting_user(request), wanted=wanted)
    return {"starts": say(row.starts_at, year=True)}


def _change_page(
    request: HttpRequest, shown_setting: Setting, form: SettingForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"form": form, "setting": shown_setting, "back_url": _page_of(shown_setting), **more}
    return render(request, "practice_settings/change.html", context, status=status)


def _lost_page(
    request: HttpRequest, shown_setting: Setting, form: SettingForm, lost: Overtaken
) -> HttpResponse:
    """A colleague was quicker: both values, and what was typed stays to be sent once more or dropped."""
    sent = request.POST.copy()
    sent["version"], sent["key"] = str(lost.version), str(uuid4())
    mine = form.cleaned_data["typed"].replace("\n", ", ")
    kept = SettingForm(shown_setting.policy, shown_setting.standing.authority, sent)
    return _change_page(request, shown_setting, kept, status=409, lost=lost, mine=mine)


def _check_page(
    request: HttpRequest, shown_setting: Setting, form: SettingForm, wanted: ProposedSetting
) -> HttpResponse:
    """What the change will do, before it does it."""
    try:
        planned = setting_plan(acting_user(request), wanted=wanted, at=now())
    except Overtaken as lost:
        return _lost_page(request, _found(shown_setting.policy.key, wanted.authority), form, lost)
    except CommandError as refusal:
        form.refuse(refusal)
        return _change_page(request, shown_setting, form, status=form.status)
    context = {
        "setting": shown_setting,
        "back_url": _page_of(shown_setting),
        "words": selectors.INHERITED if wanted.inherits else shown_setting.policy.in_words(planned.value),
        "starts": say(planned.starts_at, year=True),
        "why": wanted.why,
        "sent": [
            (name, value)
            for name in request.POST
            if name not in {"csrfmiddlewaretoken", "step", "submit"}
            for value in request.POST.getlist(name)
        ],
    }
    return render(request, "practice_settings/check.html", context)


@requires_work(Shape.POST, Work.ADMINISTRATION)
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a change back that has not begun."""
    row = or_404(selectors.change_at(public_id))
    setting_withdraw(acting_user(request), value=row)
    shown_setting = _found(row.key, selectors.authority_of(row))
    messages.success(request, f"{shown_setting.policy.title}: the change is taken back and will not begin.")
    return redirect(_page_of(shown_setting))


def _found(key: str, authority: Authority | None) -> Setting:
    try:
        return selectors.setting(key, authority, now())
    except LookupError:
        raise Http404 from None


def _authority(request: HttpRequest) -> Authority | None:
    """The authority whose own value the page is about, from the address; None for the whole partnership."""
    code = request.GET.get("authority", "")
    return or_404(selectors.authority_at(code)) if code else None


def _page_of(shown_setting: Setting) -> str:
    address = reverse("practice_settings:setting", args=[shown_setting.policy.key])
    authority = shown_setting.standing.authority
    return f"{address}?{urlencode({'authority': authority.code})}" if authority else address
