"""Member numbers: nine digits from a sequence and a check digit (ISO 7064 mod 11,10)."""

from stdnum.iso7064 import mod_11_10


def member_number(sequence: int) -> str:
    """Ten digits: the sequence value padded to nine, then its check digit."""
    body = f"{sequence:09d}"
    return body + mod_11_10.calc_check_digit(body)


def is_member_number(text: str) -> bool:
    """Whether ten digits (spaces allowed) carry the right check digit."""
    digits = text.replace(" ", "")
    return len(digits) == 10 and digits.isascii() and digits.isdigit() and mod_11_10.is_valid(digits)


def spaced(number: str) -> str:
    """As printed on the card: 4207 719 036."""
    return f"{number[:4]} {number[4:7]} {number[7:]}"
