"""Sealing: one data key per case, wrapped by the key-encryption key. Forgetting a case is destroying its data key.

Everything sealed is bound to what it is (its associated data), so that one sealed thing cannot stand in for another.
Large objects are sealed in chunks of 1 MiB (AES-256-GCM; the chunk number and a last-chunk flag are authenticated,
so that chunks can be neither reordered nor cut off).
"""

import hmac
import json
import os
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 1024 * 1024
MAGIC = b"SEAL1"


class SealBroken(Exception):
    """What was read is not what was sealed, or not under this key."""


class DataKey:
    """The key of one case (or of the service itself). Holds nothing but keys."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._digesting: bytes | None = None  # worked out once: a trail is checked with millions of digests

    def __repr__(self) -> str:
        return "DataKey(hidden)"

    def seal(self, plain: bytes, *, about: str) -> bytes:
        """Seal a small value; `about` says what it is ("person:<id>") and must be given again to open it."""
        nonce = os.urandom(12)
        return nonce + AESGCM(self._key).encrypt(nonce, plain, about.encode())

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """The value sealed for `about`. Raises SealBroken."""
        try:
            return AESGCM(self._key).decrypt(sealed[:12], sealed[12:], about.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken(f"the seal of {about} is broken") from error

    def seal_json(self, value: Any, *, about: str) -> bytes:
        return self.seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), about=about)

    def open_json(self, sealed: bytes, *, about: str) -> Any:
        return json.loads(self.open(sealed, about=about))

    def seal_stream(self, source: BinaryIO, *, about: str) -> Iterator[bytes]:
        """Seal a stream chunk by chunk under a key of its own, derived from a fresh salt."""
        salt = os.urandom(16)
        cipher = AESGCM(self._derive(salt))
        yield MAGIC + salt
        number, chunk = 0, source.read(CHUNK)
        while True:
            following = source.read(CHUNK)
            last = not following
            nonce = struct.pack(">IQ", 1 if last else 0, number)
            yield cipher.encrypt(nonce, chunk, about.encode())
            if last:
                return
            number, chunk = number + 1, following

    def open_stream(self, source: BinaryIO, *, about: str) -> Iterator[bytes]:
        """The chunks of a sealed stream; raises SealBroken if it is cut short, changed or about something else."""
        head = source.read(len(MAGIC) + 16)
        if head[: len(MAGIC)] != MAGIC or len(head) != len(MAGIC) + 16:
            raise SealBroken(f"{about} is not a sealed object")
        cipher = AESGCM(self._derive(head[len(MAGIC) :]))
        number, chunk = 0, source.read(CHUNK + 16)
        while True:
            following = source.read(CHUNK + 16)
            last = not following
            try:
                yield cipher.decrypt(struct.pack(">IQ", 1 if last else 0, number), chunk, about.encode())
            except (InvalidTag, ValueError) as error:
                raise SealBroken(f"the seal of {about} is broken") from error
            if last:
                return
            number, chunk = number + 1, following

    def digest(self, value: str | bytes) -> str:
        """A keyed digest (HMAC-SHA256, hexadecimal): equal for equal values, meaningless without the key."""
        data = value.encode() if isinstance(value, str) else value
        if self._digesting is None:
            self._digesting = self._derive(b"digest")
        return hmac.digest(self._digesting, data, "sha256").hex()

    def _derive(self, salt: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"sar-service object").derive(self._key)


class Vault:
    """Holds the key-encryption key and nothing else. Raises SealBroken for a key it did not wrap."""

    def __init__(self, kek: bytes) -> None:
        if len(kek) != 32:
            raise ValueError("the key-encryption key must be 32 bytes")
        self._kek = kek
        self._of_service: dict[str, DataKey] = {}

    def __repr__(self) -> str:
        return "Vault(hidden)"

    @classmethod
    def from_file(cls, path: Path) -> "Vault":
        """Read the key file, creating it (readable by its owner alone) where there is none.

        Raises ValueError with what to do where the file is not a key or may be read by others.
        """
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32) + "\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(temporary, path)  # the first process to start wins; nobody overwrites a key
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
        if path.stat().st_mode & 0o077:
            raise ValueError(f"{path}: others may read the key file; run: chmod 600 {path}")
        try:
            return cls(bytes.fromhex(path.read_text().strip()))
        except ValueError as error:
            raise ValueError(f"{path}: is not a key file (64 hexadecimal digits are expected)") from error

    def new_key(self, *, about: str) -> tuple[DataKey, bytes]:
        """A fresh data key and the same key wrapped for keeping."""
        key = os.urandom(32)
        return DataKey(key), self._wrap(key, about)

    def unwrap(self, wrapped: bytes, *, about: str) -> DataKey:
        try:
            return DataKey(AESGCM(self._kek).decrypt(wrapped[:12], wrapped[12:], f"key:{about}".encode()))
        except (InvalidTag, ValueError) as error:
            raise SealBroken(f"the key of {about} was not wrapped by this vault") from error

    def service_key(self, purpose: str) -> DataKey:
        """A key of the service itself for one purpose ("audit", "session"), the same at every start."""
        if purpose not in self._of_service:
            derived = HKDF(algorithm=SHA256(), length=32, salt=b"service", info=purpose.encode()).derive(self._kek)
            self._of_service[purpose] = DataKey(derived)
        return self._of_service[purpose]

    def _wrap(self, key: bytes, about: str) -> bytes:
        nonce = os.urandom(12)
        return nonce + AESGCM(self._kek).encrypt(nonce, key, f"key:{about}".encode())
