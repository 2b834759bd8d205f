"""CEVT in figures, for a period (T7)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cems.accounts.access_control import acting_user, requires_work
from cems.accounts.roles import Work
from cems.audit.services import listed
from cems.base.access_control import Shape
from triage.cevt.forms.figures import PeriodForm, reporting_year
from triage.cevt.selectors import figures as reads


@requires_work(Shape.PAGE, Work.FIGURES)
def figures(request: HttpRequest) -> HttpResponse:
    """Receipts by level, how many came again, how long CEVT took, why children came back."""
    starts, ends = reporting_year()
    form = PeriodForm(
        request.GET if "starts_0" in request.GET else None, initial={"starts": starts, "ends": ends}
    )
    if form.is_bound and form.is_valid():
        starts, ends = form.cleaned_data["starts"], form.cleaned_data["ends"]
    period_figures = reads.figures(acting_user(request), starts=starts, ends=ends)
    listed(acting_user(request), what="cevt.figures", children=[])
    context = {
        "form": form,
        "found": period_figures,
        "table": [reads.said(row) for row in period_figures.rows],
    }
    return render(request, "triage/cevt/figures.html", context, status=form.status)
