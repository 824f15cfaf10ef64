"""On the phone: installed, offline, and notices."""
