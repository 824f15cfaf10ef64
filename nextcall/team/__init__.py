"""Our side: accounts, members, roles, working hours, connections and keys."""
