"""Lists of the API by key: a page costs the same wherever it lies, and none is longer than a hundred (O1)."""

from rest_framework.pagination import CursorPagination


class ByKey(CursorPagination):
    """Fifty rows unless `page_size` asks for another number, a hundred at the most; a view names its `ordering`."""

    page_size = 50
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = "pk"
