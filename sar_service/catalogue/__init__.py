"""The catalogue: what the council is, read once from config/ into frozen objects.

`load` reads and checks every file and raises `CatalogueError` with every mistake at once, each with its
file and line. One module per noun: `controller`, `notice`, `system`, `exemption`, `retention`, `holiday`;
`article_15` puts a notice under the letters of Article 15; `reading` and `shape` turn YAML into objects
with line numbers.
"""

from .article_15 import Item, Line, Origin, Part, article_15_items
from .contents import Catalogue, Gap
from .controller import Controller
from .exemption import Disposition, Exemption
from .holiday import HolidayOverride
from .loading import load, profiles
from .mistake import CatalogueError, Mistake
from .notice import Notice
from .retention import RetentionRule
from .stated import ABSENT, Absent, Contact, Statement
from .system import System

__all__ = [
    "ABSENT",
    "Absent",
    "Catalogue",
    "CatalogueError",
    "Contact",
    "Controller",
    "Disposition",
    "Exemption",
    "Gap",
    "HolidayOverride",
    "Item",
    "Line",
    "Mistake",
    "Notice",
    "Origin",
    "Part",
    "RetentionRule",
    "Statement",
    "System",
    "article_15_items",
    "load",
    "profiles",
]
