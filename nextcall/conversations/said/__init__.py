"""What a lead's own words ask or tell: when to call, when to come back, an answer to our question. Pure."""
