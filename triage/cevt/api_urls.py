"""Addresses of the API of CEVT."""

from django.urls import path

from cems.accounts.api import opened
from triage.cevt.api import ItemContribution, ItemDecision, ItemRelayedContribution, Items, OneItem

app_name = "cevt-api"

urlpatterns = [
    path("items/", opened(Items), name="items"),
    path("items/<uuid:public_id>/", opened(OneItem), name="item"),
    path("items/<uuid:public_id>/contribution/", opened(ItemContribution), name="contribution"),
    path("items/<uuid:public_id>/relayed/", opened(ItemRelayedContribution), name="relayed_contribution"),
    path("items/<uuid:public_id>/decision/", opened(ItemDecision), name="decision"),
]
