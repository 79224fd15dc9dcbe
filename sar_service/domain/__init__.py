"""The law and the language of the service: rules and value types, standard library only.

Nothing here reads a clock, a file or a database; time is always an argument.
"""
