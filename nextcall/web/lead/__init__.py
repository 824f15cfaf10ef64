"""Lead: know the person, write, and see the whole plan."""
