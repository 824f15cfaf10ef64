"""`python -m nextcall` is `nextcall`."""

from nextcall.cli import main

if __name__ == "__main__":
    main()
