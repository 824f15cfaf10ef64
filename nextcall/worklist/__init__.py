"""Who next, why, and what to say: a question, not a table."""
