"""The check digits of British personal numbers: whether a number can be one at all.

A number that fails was mistyped, made up or stands for "not known", and tells little of whose it is.
"""

_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def nhs_valid(number: str) -> bool:
    """Whether ten digits pass the NHS number's modulus 11 check."""
    digits = [int(c) for c in number if c.isdecimal()]
    if len(digits) != 10 or len(set(digits)) == 1:
        return False
    check = 11 - sum(digit * (10 - place) for place, digit in enumerate(digits[:9])) % 11
    return check % 11 == digits[9] and check != 10


def upn_valid(number: str) -> bool:
    """Whether a unique pupil number passes its check letter (a temporary one ends in a letter)."""
    number = number.upper().replace(" ", "")
    if len(number) != 13 or not number[0].isalpha() or not number[1:12].isdecimal():
        return False
    last = number[12]
    value = int(last) if last.isdecimal() else _UPN_LETTERS.find(last)
    if value < 0:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[1:12], range(2, 13), strict=True))
    return _UPN_LETTERS[(total + value * 13) % 23] == number[0]
