"""How things stand in an English sentence, wherever one is written: a page, a letter, a pack."""


def with_article(name: str) -> str:
    """A body's name as it stands in a sentence: "the Information Commissioner's Office"."""
    return name if name.casefold().startswith("the ") else f"the {name}"
