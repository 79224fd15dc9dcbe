"""Why a server could not be reached, in words that say where to look. They repeat nothing that the other side said."""

import socket
import ssl


def why(error: Exception) -> str:
    """What went wrong with a connection, as the rest of a sentence about the server."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate cannot be trusted ({error.verify_message})"
        case ssl.SSLError():
            return "no encrypted connection comes about: check the port, and from when on it encrypts"
        case socket.gaierror():
            return "there is no server of that name, or the name cannot be looked up: check the name"
        case ConnectionRefusedError():
            return "it cannot be reached: nothing answers at that port"
        case TimeoutError():
            return "it cannot be reached: it did not answer in time"
        case _:
            return "it cannot be reached, or broke off"
