"""The faults that domain rules and services report; the web floor turns them into sentences."""

from __future__ import annotations


class DomainError(Exception):
    """A rule refused what was asked.

    `message` is an English message id for gettext with `%(name)s` placeholders; `params` fills them.
    """

    message = "This is not possible."

    def __init__(self, message: str | None = None, **params: object) -> None:
        self.message = message or self.message
        self.params = params
        super().__init__(self.message % params if params else self.message)


class NotPermitted(DomainError):
    """The actor has no right to do or see this."""

    message = "You have no right to do this."


class NotFound(DomainError):
    """The thing does not exist, or must not be known to exist."""

    message = "There is nothing here."


class Busy(DomainError):
    """There is no room for this at the moment; trying again helps."""

    message = "Many are here at once. Please wait a moment and try again."


class NotKept(DomainError):
    """What was given could not be sealed or stored, so nothing of it is kept; trying later may help."""

    message = "This could not be kept safely just now, so nothing of it was stored. Please try again in a few minutes."


class IllegalMove(DomainError):
    """The tip is not in a state from which this move leads."""

    message = "This step is not possible now: the tip has moved on. Please look at it again."


class InvalidInput(DomainError):
    """A value given by a person breaks a rule; `field` names the form field it belongs to."""

    message = "Please check what you have entered."

    def __init__(self, message: str | None = None, *, field: str | None = None, **params: object) -> None:
        self.field = field
        super().__init__(message, **params)
