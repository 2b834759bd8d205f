"""WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

from cems.base.extension import check_filled

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cems.settings")
application = get_wsgi_application()
check_filled()  # a web process runs no system checks
