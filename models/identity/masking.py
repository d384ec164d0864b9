"""Enough of a number or name for its owner to recognise, too little for anybody else."""

_DOT = "•"


def masked(number: str) -> str:
    """The last four characters (three of a short number), dots for the rest; a very short one is all dots."""
    shown = 4 if len(number) >= 8 else 3 if len(number) >= 6 else 0
    return _DOT * (len(number) - shown) + number[len(number) - shown :]


def masked_name(name: str) -> str:
    """The first letter of each part; always three dots, so the length stays hidden too."""
    return " ".join(part[0] + _DOT * 3 for part in name.split())


def masked_phone(phone: str) -> str:
    """A Taiwan mobile in its local form with the last three digits shown."""
    local = "0" + phone.removeprefix("+886") if phone.startswith("+886") else phone
    if len(local) < 8:
        return _DOT * len(local)
    return local[:2] + _DOT * (len(local) - 5) + local[-3:]
