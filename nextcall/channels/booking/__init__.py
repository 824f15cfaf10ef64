"""Booking pages elsewhere, where leads pick a time by themselves."""
