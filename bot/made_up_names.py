"""Names put together from common parts, as passports of each country print them; nobody in particular."""

import random

_INDONESIAN = {
    "F": (
        "SITI SRI DEWI NUR SUPARMI WATI AMINAH LESTARI RAHAYU FITRI YULIANA KARTINI SUMIYATI INDAH PUTRI ENDANG "
        "MARYATI NINGSIH RATNA ANI SULASTRI TUTI WULANDARI JUMIATI"
    ),
    "M": (
        "AGUS BUDI EKO SLAMET JOKO WAHYU HADI SUTRISNO BAMBANG DWI ARIF RUDI YANTO MULYONO HENDRA FAJAR SURYADI "
        "IMAM KUSUMA NUGROHO PRASETYO TEGUH WIBOWO SUPRIYADI"
    ),
}
_VIETNAMESE_FAMILIES = (
    ("NGUYEN", 38),
    ("TRAN", 12),
    ("LE", 10),
    ("PHAM", 7),
    ("HOANG", 5),
    ("VU", 5),
    ("PHAN", 4),
    ("DANG", 4),
    ("BUI", 4),
    ("DO", 3),
    ("HO", 3),
    ("NGO", 2),
    ("DUONG", 2),
    ("LY", 1),
)
_VIETNAMESE_MIDDLE = {"F": "THI THI THI THI THU NGOC THANH", "M": "VAN VAN VAN DUC HUU MINH QUANG"}
_VIETNAMESE_GIVEN = {
    "F": "HOA LAN HUONG MAI NGA THAO LINH HANH TRANG PHUONG YEN DUNG HIEN OANH LOAN THUY",
    "M": "NAM HUNG DUNG TUAN CUONG HAI LONG THANG TRUNG HIEU SON KIEN PHONG TAI BINH QUAN",
}
_FILIPINO_GIVEN = {
    "F": "MARIA ANA ROSE JOY GRACE LORNA MARICEL JENNY CLARA LIZA CHERRY JOSEPHINE ANGELICA ROWENA",
    "M": "JOSE JUAN MARK JOHN RAMIL ROMEO DANILO ARNEL RODEL MICHAEL JOEL EDUARDO RYAN CARLO",
}
_FILIPINO_SURNAMES = (
    *("SANTOS", "REYES", "CRUZ", "BAUTISTA", "GARCIA", "MENDOZA", "TORRES", "RAMOS", "AQUINO", "VILLANUEVA"),
    *("DELA CRUZ", "DE LOS SANTOS", "DE GUZMAN", "SAN JOSE", "DEL ROSARIO", "CASTILLO", "FLORES", "NAVARRO"),
)
_THAI_GIVEN = {
    "F": "SOMYING MALEE SUDA WANNA PRANEE NOI KANYA RATANA SIRIPORN BUSABA DUANGJAI ARUNEE",
    "M": "SOMCHAI SOMSAK PRASERT WICHAI ANAN SURACHAI BOONMEE CHAIYA MANOP NARONG SUTHEP THAWAT",
}
_THAI_SURNAMES = (
    "SRISUK BOONMA SAETANG THONGDEE KAEWSAI PHROMMA CHAIYASIT INTHARA WONGSA RATTANAKUL SUKJAI MANEEWAN PIMSORN KHAMDEE"
)
_MALAYSIAN = {"F": "NURUL AISYAH FARAH HUI LING", "M": "AHMAD FAIZ HAFIZ WEI MING"}

_FAMILIES = tuple(family for family, weight in _VIETNAMESE_FAMILIES for _ in range(weight))
_PARTS = {
    country: {sex: tuple(parts[sex].split()) for sex in "FM"}
    for country, parts in (
        ("ID", _INDONESIAN),
        ("VN middle", _VIETNAMESE_MIDDLE),
        ("VN", _VIETNAMESE_GIVEN),
        ("PH", _FILIPINO_GIVEN),
        ("TH", _THAI_GIVEN),
        ("MY", _MALAYSIAN),
    )
}
_THAI = tuple(_THAI_SURNAMES.split())


def made_up_name(nationality: str, sex: str, chance: random.Random) -> str:
    match nationality:
        case "VN":
            middle, given = chance.choice(_PARTS["VN middle"][sex]), chance.choice(_PARTS["VN"][sex])
            return f"{chance.choice(_FAMILIES)} {middle} {given}"
        case "PH":
            return _filipino(_PARTS["PH"][sex], chance)
        case "TH":
            return f"{chance.choice(_PARTS['TH'][sex])} {chance.choice(_THAI)}"
        case "MY":
            return " ".join(chance.sample(_PARTS["MY"][sex], 2))
        case _:
            # Indonesian names have no surname; one in six is a single word.
            words = chance.choice((1, 2, 2, 2, 3, 3))
            return " ".join(chance.sample(_PARTS["ID"][sex], words))


def _filipino(given_names: tuple[str, ...], chance: random.Random) -> str:
    """Surname, one or two given names, then the mother's surname as middle name."""
    given = " ".join(chance.sample(given_names, chance.choice((1, 1, 2))))
    return f"{chance.choice(_FILIPINO_SURNAMES)} {given} {chance.choice(_FILIPINO_SURNAMES)}"
