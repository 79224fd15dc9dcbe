"""Numbers that look right and belong to nobody: UPNs, NHS numbers, telephones, postcodes, case numbers.

NHS numbers come from the range kept for tests (999), telephones from the ranges kept for drama (07700 900 and
01632 960), UPNs from an authority number that no authority has, postcodes from districts that do not exist.
"""

from random import Random

_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_POSTCODE_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


def upn(serial: int) -> str:
    """A unique pupil number with its check letter, as the Department for Education defines it."""
    digits = f"999{serial:09d}"
    total = sum(int(digit) * weight for weight, digit in enumerate(digits, start=2))
    return _UPN_LETTERS[total % 23] + digits


def nhs_number(serial: int) -> str:
    """An NHS number of the test range with a valid modulus 11 check digit, written 3-3-4."""
    while True:
        digits = f"999{serial % 1_000_000:06d}"
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11
        if check != 10:
            whole = digits + str(0 if check == 11 else check)
            return f"{whole[:3]} {whole[3:6]} {whole[6:]}"
        serial += 500_009


def mobile(rng: Random) -> str:
    """A mobile number of the drama range, leaving out the hundred the demo subject's people have."""
    return f"07700 900{rng.randrange(500, 1000):03d}"


def landline(rng: Random) -> str:
    """A landline number of the drama range, leaving out the demo subject's people."""
    return f"01632 960{rng.randrange(500, 1000):03d}"


def postcode(rng: Random, district: str) -> str:
    """A full postcode in a district such as "LN23"."""
    return f"{district} {rng.randrange(1, 10)}{rng.choice(_POSTCODE_LETTERS)}{rng.choice(_POSTCODE_LETTERS)}"
