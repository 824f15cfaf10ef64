"""Nextcall follows up sales leads so that nobody who raised a hand is forgotten."""

__version__ = "0.1.0"
