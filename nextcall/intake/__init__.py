"""A lead arrives: raw first, meaning second."""
