"""Cadences: shape contact day by day."""
