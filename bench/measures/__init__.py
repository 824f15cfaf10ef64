"""One module a figure: `measure(size)` runs on a fresh copy of the ground and returns figures."""
