"""What we intend to do, and when."""
