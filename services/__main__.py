"""The CLI by its module: ``python -m services serve catalogue`` runs one service, ``serve all`` every one in here."""

from services.cli import main

if __name__ == "__main__":
    main()
