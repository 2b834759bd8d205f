"""CEVT in figures, for a period (T7)."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.roles import Work
from cems.audit.services import listed
from cems.base.access_control import Shape
from triage.cevt.forms.figures import PeriodForm, YearForm, reporting_year
from triage.cevt.selectors import figures as reads
from triage.cevt.selectors.year_figures import year_figures


@requires_work(Shape.PAGE, Work.FIGURES)
def year(request: HttpRequest) -> HttpResponse:
    """The tables of the annual report for a year, with the year before in brackets; referrals and children apart."""
    form, starts, ends = _period(request, YearForm)
    page = year_figures(acting_user(request), starts=starts, ends=ends)
    listed(acting_user(request), what="cevt.year", children=[])
    context = {"form": form, "page": page}
    return render(request, "triage/cevt/year_figures.html", context, status=form.status)


def _period(request: HttpRequest, kind: type[PeriodForm] = PeriodForm) -> tuple[PeriodForm, date, date]:
    """The form of the period and what it asks for; the reporting year until somebody says otherwise."""
    starts, ends = reporting_year()
    form = kind(request.GET if "starts_0" in request.GET else None, initial={"starts": starts, "ends": ends})
    if form.is_bound and form.is_valid():
        starts, ends = form.cleaned_data["starts"], form.cleaned_data["ends"]
    return form, starts, ends


@requires_work(Shape.PAGE, Work.FIGURES)
def figures(request: HttpRequest) -> HttpResponse:
    """Receipts by level, how many came again, how long CEVT took, why children came back."""
    form, starts, ends = _period(request)
    period_figures = reads.figures(acting_user(request), starts=starts, ends=ends)
    listed(acting_user(request), what="cevt.figures", children=[])
    context = {
        "form": form,
        "found": period_figures,
        "table": [reads.said(row) for row in period_figures.rows],
    }
    return render(request, "triage/cevt/figures.html", context, status=form.status)
