"""Saved answers: offered in the composers, and a page to write them on."""
