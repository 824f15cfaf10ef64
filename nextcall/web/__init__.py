"""Pages: one package per page."""
