"""Every read that a page of the matrix needs, one call a page."""
