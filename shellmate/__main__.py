"""`python -m shellmate`."""

from shellmate.cli.main import run

if __name__ == "__main__":
    run()
