"""Email providers, one file each."""
