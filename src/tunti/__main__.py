"""``python -m tunti`` is the command ``tunti``."""

from tunti.cli import main

main()
