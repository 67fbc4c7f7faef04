"""``python -m services serve catalogue`` runs one service, ``serve all`` every one in this process: the CLI by its module."""

from services.cli import main

if __name__ == "__main__":
    main()
