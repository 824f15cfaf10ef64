"""Import: a file becomes leads, and can be undone."""
