"""The words of an invented city: countries, languages, names of places. No person has a name."""

from collections.abc import Mapping
from types import MappingProxyType


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Per group of the scheme western_countries: country (ISO 3166) : language (ISO 639), from the most to the least common.
# Western is what CBS called so until 2022: it takes in the former Soviet Union, Indonesia and Japan, not Turkey.
COUNTRIES: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        group: tuple((pair[:2], pair[3:]) for pair in _split(pairs))
        for group, pairs in {
            "nl": "NL:nl",
            "western": """
                ID:id DE:de PL:pl BE:nl GB:en IT:it RO:ro BG:bg ES:es FR:fr US:en PT:pt HU:hu GR:el RU:ru UA:uk RS:sr
                BA:bs HR:hr CZ:cs AT:de IE:en SE:sv CH:de AU:en CA:en JP:ja LT:lt LV:lv SK:sk NO:no DK:da FI:fi AL:sq
                MK:mk SI:sl EE:et NZ:en MD:ro BY:be XK:sq ME:sr CY:el MT:mt IS:is LU:lb LI:de AD:ca MC:fr SM:it FJ:en
                PG:en AM:hy AZ:az KZ:kk UZ:uz GE:ka KG:ky TJ:tg TM:tk""",
            "morocco": "MA:ar",
            "antilles": "CW:pap AW:pap BQ:pap SX:en",
            "suriname": "SR:nl",
            "turkey": "TR:tr",
            "other_non_western": """
                SY:ar IQ:ar CN:zh IN:hi IR:fa AF:fa SO:so PK:ur CV:pt GH:en EG:ar BR:pt ER:ti TH:th PH:tl VN:vi CO:es
                ET:am HK:zh NG:en ZA:af LK:ta DO:es KR:ko TN:ar LB:ar MX:es AO:pt CD:fr SD:ar VE:es PE:es IL:he BD:bn
                YE:ar KE:en CM:fr CL:es AR:es GN:fr DZ:ar SL:en EC:es MY:ms TW:zh NP:ne UG:en SG:en
                JO:ar GM:en BI:fr LR:en TG:fr PS:ar RW:rw SN:fr SA:ar CU:es BO:es ZW:en TZ:sw GY:en CI:fr
                AE:ar LY:ar KW:ar ZM:en MM:my MN:mn JM:en UY:es GT:es BJ:fr CR:es ML:fr NI:es MZ:pt HN:es CG:fr
                KH:km HT:fr MU:en TT:en SV:es PY:es BF:fr PA:es QA:ar OM:ar BH:ar LA:lo NE:fr MG:fr MW:en GA:fr
                TD:fr NA:en MR:ar BW:en DJ:fr GW:pt DM:en BB:en LC:en BS:en SC:en KM:ar BT:dz MV:dv BN:ms
                SZ:en LS:en GQ:es ST:pt CF:fr BZ:en GD:en VC:en KN:en AG:en SS:en KP:ko TL:pt""",
        }.items()
    }
)

# Countries whose people are Dutch nationals.
DUTCH_NATIONALS = ("NL", "CW", "AW", "BQ", "SX")

GEMEENTE = _split("""
    Spiegel Vael Oster Hunne Mirre Lode Wende Ruis Kolde Elzer Noorde Zwale Bruine Talme Veler Hoge Drie Gaar Sluy
    Wolle""")
GEMEENTE_ENDINGS = _split("""
    stad horde rade wolde meren lanen brugge sande zijl drecht waarde hage monde stede poort wier hale gaarde lo
    beke""")
WIJK = _split("""
    Linden Molen Haven Vogel Bloemen Kruis Toren Schans Water Zonne Lever Kers Spoor Boom Meer Heide Rozen Eiken Wind
    Klok Ster Brug Duin Paarden Zilver Graan Honing Kanaal Weef Tuin""")
WIJK_ENDINGS = _split("kwartier wijk veld oord park zoom stede hoek")
BUURT_ENDINGS = _split("hof dijk akker plein gaard laan kamp werf dreef kade weide bos")
QUARTERS = ("", "-Noord", "-Oost", "-Zuid", "-West")
