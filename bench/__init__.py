"""What we claim about speed, runnable: every figure beside its floor, measured in the same run."""
