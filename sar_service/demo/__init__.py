"""The invented council behind `make demo`: people, records, files and one small server, made from a seed number.

Nothing in the service depends on this package; the command line and the tests start it. The words it draws on are
in `config/demo/words/`, and what the demo file is meant to prove is listed in `config/demo/README.md`.
"""
