"""ASGI entry point, for hosts that serve Django that way."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cems.settings")
application = get_asgi_application()
