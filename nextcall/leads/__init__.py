"""Their side: persons, contact points, leads, sources and offers."""
