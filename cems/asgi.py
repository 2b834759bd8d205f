"""ASGI entry point, for hosts that serve Django that way."""

import os

from django.core.asgi import get_asgi_application

from cems.base.extension import check_filled

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cems.settings")
application = get_asgi_application()
check_filled()  # a web process runs no system checks
