"""The only way out, and what a reply sets in motion."""
