"""One setting that was chosen for the user."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """key: path in params.yaml; value; why: a sentence for people."""

    key: str
    value: object
    why: str
