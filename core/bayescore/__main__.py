"""``python -m bayescore`` is the ``bayesdesk`` command."""

from bayescore.cli.main import main

if __name__ == "__main__":
    main()
