"""Texts through carriers: one file per provider, both directions."""
