"""Small tools that know nothing of sales, each named for its job."""
