"""The entry of the `forum` command: it hands the commands the way to build the application."""

from __future__ import annotations

from forum.app import create_app
from forum.cli.main import cli


def main() -> None:
    """Run the command line."""
    cli(obj=create_app)


if __name__ == "__main__":
    main()
