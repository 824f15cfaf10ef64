"""The sample: invented people to try things on, removed in one tap."""
