"""A release as data catalogues describe it: DCAT-AP-NL in JSON-LD."""

import json

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from wijkspiegel.site.cities.models import City, Part

LICENCES = {
    "CC BY 4.0": "http://creativecommons.org/licenses/by/4.0/deed.nl",
    "CC0-1.0": "http://creativecommons.org/publicdomain/zero/1.0/deed.nl",
}
"""As sources name them -> as catalogues do. Of another, or none, nothing is said: a licence is not ours to give."""


def as_json(city: City, part: Part) -> SafeString:
    """For a script element: nothing in it can end that element."""
    licence = part.release.licence
    page = settings.BASE_URL + reverse("city", args=[city.slug])
    told = {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@type": "dcat:Dataset",
        "@id": page,
        "dct:title": [{"@language": "nl", "@value": f"Wijkspiegel van {city.name}"}],
        "dct:description": [
            {
                "@language": "nl",
                "@value": f"Hoe de inwoners van {city.name} samenleven: wie er wonen, hoe gespreid, en wat veranderde.",
            }
        ],
        "dct:identifier": f"{city.code}-{part.release.digest[:12]}",
        "dct:modified": {"@type": "xsd:date", "@value": f"{part.release.loaded:%Y-%m-%d}"},
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": "Wijkspiegel"},
        "dct:accessRights": {"@id": "http://publications.europa.eu/resource/authority/access-right/PUBLIC"},
        "dct:language": {"@id": "http://publications.europa.eu/resource/authority/language/NLD"},
        "dcat:theme": {"@id": "http://publications.europa.eu/resource/authority/data-theme/SOCI"},
        "dcat:landingPage": {"@id": page},
        "dcat:distribution": {
            "@type": "dcat:Distribution",
            "dcat:accessURL": {"@id": settings.BASE_URL + reverse("download", args=[city.slug])},
            "dcat:mediaType": {"@id": "https://www.iana.org/assignments/media-types/application/zip"},
        }
        | ({"dct:license": {"@id": LICENCES[licence]}} if licence in LICENCES else {}),
    }
    return mark_safe(json.dumps(told, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S308 - "<" is written out
