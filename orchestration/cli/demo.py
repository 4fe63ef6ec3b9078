"""`plumbline demo`."""

import click


@click.command()
def demo() -> None:
    """Everything on simulated CRMs."""
