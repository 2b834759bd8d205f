"""Lists of the API by key: a page costs the same wherever it lies, and none is longer than a hundred (O1)."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class ByKey(CursorPagination):
    """Fifty rows unless `page_size` asks for another number, a hundred at the most; a view names its `ordering`."""

    page_size = 50
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = "pk"

    def decode_cursor(self, request: Request) -> Any:
        """The place in the list. Raises NotFound for one that we did not give, whatever it holds."""
        cursor = super().decode_cursor(request)
        if cursor and cursor.position is not None and not str(cursor.position).isdecimal():
            raise NotFound(self.invalid_cursor_message)
        return cursor
