"""One job a module, each with a `run` that takes ids as text."""
