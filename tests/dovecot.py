"""A real IMAP server for the test run: Dovecot, with TLS under an authority of its own, as an unprivileged user.

Whoever signs in with the password has a mailbox of their own, so that tests do not meet. It ends with the run.
"""

import contextlib
import grp
import imaplib
import pwd
import shutil
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sar_service.demo.council import free_port
from tests.postgres import unprivileged

PASSWORD = "penny-Farthing-1871"
PATIENCE = 60.0
NOT_FOR = (
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "encipher_only",
    "decipher_only",
)
CONFIGURATION = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
ssl = required
ssl_cert = <{home}/server.pem
ssl_key = <{home}/server.key
mail_location = maildir:{home}/mail/%u
first_valid_uid = 1
mail_max_userip_connections = 50
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {starttls}
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
"""


class MailServer:
    """`port` speaks TLS from the first byte, `starttls` after being asked; `authority` vouches for both."""

    def __init__(self, home: Path) -> None:
        self.home, self.port, self.starttls = home, free_port(), free_port()
        self.authority = home / "authority.pem"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
        if program is None:
            raise RuntimeError("the IMAP server is missing; run: apt-get install dovecot-imapd")
        user, as_user = unprivileged()
        entry = pwd.getpwnam(user)
        (self.home / "mail").mkdir()
        certify(self.home)
        (self.home / "dovecot.conf").write_text(
            CONFIGURATION.format(
                home=self.home, user=user, group=grp.getgrgid(entry.pw_gid).gr_name, uid=entry.pw_uid,
                gid=entry.pw_gid, password=PASSWORD, port=self.port, starttls=self.starttls,
            )
        )  # fmt: skip
        if as_user:
            for path in (self.home, *self.home.iterdir()):
                shutil.chown(path, user, entry.pw_gid)
        self.process = subprocess.Popen(
            [*as_user, program, "-F", "-c", str(self.home / "dovecot.conf")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/tmp",
        )  # fmt: skip
        end = time.monotonic() + PATIENCE
        while True:
            try:
                with self.connected("nobody-yet"):
                    return
            except OSError:
                assert time.monotonic() < end and self.process.poll() is None, self.said()
                time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)
        shutil.rmtree(self.home, ignore_errors=True)

    def said(self) -> str:
        log = self.home / "dovecot.log"
        return log.read_text(errors="replace")[-3000:] if log.exists() else "the IMAP server said nothing"

    @contextlib.contextmanager
    def connected(self, user: str) -> Iterator[imaplib.IMAP4]:
        """A connection of the test's own, beside that of the service."""
        trusted = ssl.create_default_context(cafile=str(self.authority))
        with imaplib.IMAP4_SSL("localhost", self.port, ssl_context=trusted, timeout=30) as server:
            server.login(user, PASSWORD)
            yield server

    def deliver(self, user: str, raw: bytes, *, arrived: datetime, folder: str = "INBOX") -> None:
        """Put a message into a mailbox, as if it had come at that moment."""
        with self.connected(user) as server:
            answer = server.append(folder, "", imaplib.Time2Internaldate(arrived), raw)
            assert answer[0] == "OK", answer

    def held(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """The messages in a folder, whole; none where there is no such folder."""
        with self.connected(user) as server:
            if server.select(f'"{folder}"', readonly=True)[0] != "OK":
                return []
            numbers = (server.search(None, "ALL")[1][0] or b"").split()
            answers = [server.fetch(number.decode(), "(BODY.PEEK[])")[1] for number in numbers]
        return [each[1] for answer in answers for each in answer if isinstance(each, tuple)]


def certify(home: Path) -> None:
    """An authority, and a certificate of it for a server on this machine."""
    now = datetime.now(UTC)
    own, theirs = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def signed(name: str, key: ec.EllipticCurvePrivateKey, *, authority: bool) -> x509.Certificate:
        issued = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The authority of the tests")])
        usage = dict.fromkeys(NOT_FOR, False)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(issued)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=400))
            .not_valid_after(now + timedelta(days=400))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own.public_key()), critical=False)
            .add_extension(
                x509.KeyUsage(digital_signature=True, key_cert_sign=authority, crl_sign=authority, **usage),
                critical=True,
            )
        )
        if not authority:
            places = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(places), critical=False)
        return builder.sign(own, hashes.SHA256())

    pem = serialization.Encoding.PEM
    root = signed("The authority of the tests", own, authority=True)
    (home / "authority.pem").write_bytes(root.public_bytes(pem))
    (home / "server.pem").write_bytes(signed("localhost", theirs, authority=False).public_bytes(pem))
    key = home / "server.key"
    key.touch(mode=0o600)
    key.write_bytes(theirs.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


@contextlib.contextmanager
def running() -> Iterator[MailServer]:
    """A server, for as long as it is needed. The paths of its sockets have to be short."""
    home = Path(tempfile.mkdtemp(prefix="imap-", dir="/tmp"))
    home.chmod(0o755)
    server = MailServer(home)
    try:
        server.start()
        yield server
    finally:
        server.stop()
