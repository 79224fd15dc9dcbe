"""What every kind of connected system implements: three verbs over domain types, and one error.

One file per kind; kinds do not know each other. `Settings` validates a system's YAML, draws its help text and
knows which of its values are secret. Writing back is a second protocol, implemented only where a system
supports it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, BinaryIO, ClassVar, Protocol, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from sar_service.domain.people import Identifier, Subject
from sar_service.domain.search import Found


class ConnectorError(Exception):
    """A system did not give an answer. `permanent` means that trying again will not help.

    The message is a sentence that a case worker understands; it holds no secret and no personal data.
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class CannotSearch(ConnectorError):
    """What is known of this person is not enough to ask this system: not a failure, and not "nothing
    held"."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class AwaitingAnswer(ConnectorError):
    """A person has to be asked and their answer waited for: not a failure, and not "nothing held".

    `addressee` is who is asked, `email` and `post` where, and `question` the words to send. The question is
    about the data subject and therefore personal: it is sent to the addressee and never logged.
    """

    def __init__(self, message: str, *, addressee: str, question: str, email: str = "", post: str = "") -> None:
        super().__init__(message, permanent=True)
        self.addressee = addressee
        self.question = question
        self.email = email
        self.post = post


class SettingsPart(BaseModel):
    """A part of a kind's settings. Unknown keys are mistakes; a value is never repeated in an error
    message."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _on_is_a_word(cls, given: Any) -> Any:
        # YAML 1.1 readers take the bare key `on` for the value true.
        if isinstance(given, Mapping) and True in given and "on" in cls.model_fields and "on" not in given:
            return {("on" if key is True else key): value for key, value in given.items()}
        return given


_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def _environ(info_context: Any) -> Mapping[str, str] | None:
    return info_context.get("environ") if isinstance(info_context, Mapping) else None


class SecretRef(SettingsPart):
    """A secret, named and never written: `{env: HOUSING_PASSWORD}`.

    The value comes from the environment given when the settings were read. It is in no repr, dump or error.
    """

    env: str
    _value: SecretStr | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _only_a_name(cls, given: Any) -> Any:
        if isinstance(given, SecretRef):
            return given
        if not isinstance(given, Mapping) or set(given) != {"env"} or not isinstance(given["env"], str):
            raise ValueError("a secret is never written in a file: write {env: NAME} and set NAME in the environment")
        if not _VARIABLE.match(given["env"]):
            raise ValueError("the name of an environment variable has letters, digits and underscores only")
        return given

    def model_post_init(self, context: Any, /) -> None:
        environ = _environ(context)
        if environ is not None and environ.get(self.env):
            self._value = SecretStr(environ[self.env])

    def reveal(self) -> str:
        """The secret. Raises ConnectorError when the variable is not set."""
        if self._value is None:
            raise ConnectorError(
                f"The environment variable {self.env} is not set, so this system cannot be signed in to.",
                permanent=True,
            )
        return self._value.get_secret_value()


def _from_environment(given: Any, info: ValidationInfo) -> Any:
    if not isinstance(given, Mapping):
        return given
    if set(given) != {"env"} or not isinstance(given["env"], str) or not _VARIABLE.match(given["env"]):
        raise ValueError("write a value, or {env: NAME} to take it from the environment")
    value = (_environ(info.context) or {}).get(given["env"])
    if not value:
        raise ValueError(f"the environment variable {given['env']} is not set")
    return value


Text = Annotated[str, BeforeValidator(_from_environment)]
"""A setting that is no secret but differs from place to place: a value, or `{env: NAME}`."""

Names = Annotated[tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]
"""One name, or a list of names, of columns or of paths."""

Count = Annotated[int, Field(ge=1)]


class ConnectorSettings(SettingsPart):
    """Base of every kind's settings: unknown keys are mistakes, values are never changed after reading."""

    @classmethod
    def read(cls, given: Mapping[str, Any], *, environ: Mapping[str, str]) -> Self:
        """Settings from YAML values, with `{env: NAME}` taken from `environ`. Raises pydantic's
        ValidationError."""
        return cls.model_validate(given, context={"environ": environ})


def mistakes(error: ValidationError) -> tuple[str, ...]:
    """Each mistake as "where: what", without the value that was given."""
    found = []
    for each in error.errors(include_input=False, include_url=False, include_context=False):
        place = ".".join(str(step) for step in each["loc"])
        found.append(f"{place or 'settings'}: {each['msg'].removeprefix('Value error, ')}")
    return tuple(found)


class Connector(Protocol):
    """One connected system. Built from its validated settings; opens nothing until a verb is called."""

    kind: ClassVar[str]
    Settings: ClassVar[type[ConnectorSettings]]
    searches_by: frozenset[Identifier]  # any one of these is enough to search; set from the settings

    def __init__(self, settings: Any) -> None: ...

    def check(self) -> None:
        """Reach the system and prove that what the settings name is there. Raises ConnectorError."""

    def search(self, subject: Subject) -> Iterator[Found]:
        """Yield candidates, and after each match (or confirmed candidate) everything that is theirs.

        A possible candidate is yielded alone: its records are gathered once a person has confirmed it. The
        search runs only if `subject.known()` meets `searches_by`. Raises ConnectorError; what was yielded
        before stays; its kinds CannotSearch and AwaitingAnswer are answers of their own. A confirmed
        candidate is yielded as a match with the reason "confirmed by a person"; a rejected one, and anybody
        who scores "no", is left out.
        """

    def fetch(self, ref: str) -> BinaryIO:
        """The bytes of a document that `search` yielded, as a stream the caller closes. Raises
        ConnectorError."""
