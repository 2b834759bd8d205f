"""Addresses of the API of actions."""

from django.urls import path

from cems.accounts.api import opened
from cems.actions.api import ActionDoing, Actions, OneAction

app_name = "actions-api"

urlpatterns = [
    path("", opened(Actions), name="actions"),
    path("<uuid:public_id>/", opened(OneAction), name="action"),
    path("<uuid:public_id>/doing/", opened(ActionDoing), name="doing"),
]
