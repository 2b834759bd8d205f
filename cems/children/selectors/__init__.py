"""Every read that a child's pages need."""
