"""A directory that keeps what was fetched over the network, page by page."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from wijkspiegel import __version__
from wijkspiegel.errors import FetchError

TRIES = 6
WAIT = 1.0
"""Seconds before the second try, doubled for each further one, unless the server says how long (Retry-After)."""
LONGEST_WAIT = 120

GO_ON = "What came is kept: run the same command again to go on."

Json = dict[str, Any]
Say = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Feed:
    """Pages of JSON, and the file that their records make.

    count : address that answers how many records there are, where there is one.
    records, following : what a page, asked for at an address, holds, and the address of the next one.
    text : the file that all records make.
    """

    first: str
    count: str | None
    records: Callable[[Json], list[Json]]
    following: Callable[[str, Json], str | None]
    text: Callable[[Iterable[Json]], str]


# Keeping what is there -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shelf:
    """The directory with what was fetched: whole files, where each is from, and the pages of unfinished ones."""

    out: Path
    web: urllib3.PoolManager
    say: Say
    again: bool

    def get(self, name: str, feed: Feed, stamp: str, names: Path | None = None) -> Path:
        """The file of a feed, fetched where it is not there yet or was changed since.

        names : a file of the same areas that must lie beside it under a name that the reader knows.
        """
        path = self.out / name
        source = {"source": feed.first, "modified": stamp}
        if not self.again and self._is_there(path, source):
            self.say(f"{name} is there already")
        else:
            records = [record for page in self._pages(name, feed, stamp) for record in page]
            self._require_all(name, feed, len(records))
            _write(path, _as_expected(feed.first, lambda: feed.text(records)))
            self._remember(name, source | {"sha256": _hash(path)})
            shutil.rmtree(self._folder(name), ignore_errors=True)
        if names is not None:
            beside = path.with_name(name.replace("UntypedDataSet", "WijkenEnBuurten"))
            if beside != names:
                _write(beside, names.read_text(encoding="utf-8"))
        return path

    def _pages(self, name: str, feed: Feed, stamp: str) -> Iterator[list[Json]]:
        folder = self._folder(name)
        label = json.dumps({"source": feed.first, "modified": stamp})
        if self.again or not (folder / "label").is_file() or (folder / "label").read_text(encoding="utf-8") != label:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            _write(folder / "label", label)
        url: str | None = feed.first
        number = have = 0
        while url is not None:
            kept = folder / f"{number:05}.json"
            if not kept.is_file():
                _write(kept, json.dumps(json_at(self.web, url, partial(_page, feed, url))))
            read = json.loads(kept.read_text(encoding="utf-8"))
            have += len(read["records"])
            self.say(f"{name}: {have:,} records")
            yield read["records"]
            url = read["next"]
            number += 1

    def _require_all(self, name: str, feed: Feed, have: int) -> None:
        if feed.count is None:
            return
        try:
            should_be = int(_get(self.web, feed.count, int))
        except NothingThereError:
            return
        if have != should_be:
            shutil.rmtree(self._folder(name), ignore_errors=True)
            raise FetchError(
                f"{name}: {have:,} records came, and the server counts {should_be:,}. The table was probably "
                "being changed: run the same command again."
            )

    def _folder(self, name: str) -> Path:
        return self.out / f".unfinished-{name}"

    def _is_there(self, path: Path, source: Mapping[str, str]) -> bool:
        known = self._known().get(path.name, {})
        same = {key: known.get(key) for key in source} == source
        return same and path.is_file() and known.get("sha256") == _hash(path)

    def _known(self) -> dict[str, dict[str, str]]:
        try:
            known: dict[str, dict[str, str]] = json.loads((self.out / "fetched.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return known

    def _remember(self, name: str, source: Mapping[str, str]) -> None:
        _write(self.out / "fetched.json", json.dumps(self._known() | {name: dict(source)}, indent=2) + "\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8", newline="")
    beside.replace(path)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# The network ---------------------------------------------------------------------------------------------------------


def new_web(server: str) -> urllib3.PoolManager:
    """Tries again, after a pause that doubles or that the server asks for, what may go better the next time.

    Goes through the proxy that the environment names, as municipal networks often ask.
    """
    retries = urllib3.Retry(
        total=TRIES - 1,
        backoff_factor=WAIT,
        backoff_max=LONGEST_WAIT,
        retry_after_max=LONGEST_WAIT,
        status_forcelist=(429, 500, 502, 503, 504),
        raise_on_status=False,
    )
    timeout = urllib3.Timeout(connect=20, read=120)
    headers = {"User-Agent": f"wijkspiegel/{__version__}", "Accept": "application/json"}
    parts = urlsplit(server)
    proxy = None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)
    if proxy:
        return urllib3.ProxyManager(proxy, retries=retries, timeout=timeout, headers=headers)
    return urllib3.PoolManager(retries=retries, timeout=timeout, headers=headers)


def json_at(web: urllib3.PoolManager, url: str, pick: Callable[[Json], T]) -> T:
    """What `pick` takes from the JSON at an address; FetchError where it is not what `pick` expects."""
    page = _get(web, url, json.loads)
    return _as_expected(url, lambda: pick(page))


def _as_expected(url: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except (AttributeError, LookupError, TypeError) as error:
        raise FetchError(
            f"{_place(url)} answers with JSON that is not what this program knows: {error!r}. "
            "Download the file by hand and give it to: wijkspiegel mirror --cbs FILE."
        ) from None


def _page(feed: Feed, url: str, page: Json) -> Json:
    following = feed.following(url, page)
    return {"records": feed.records(page), "next": following and _same_server(url, following)}


def _get(web: urllib3.PoolManager, url: str, parse: Callable[[bytes], Any]) -> Any:
    """The answer at an address. One that cannot be parsed was cut off where nobody could see it, and is asked again."""
    for _ in range(TRIES):
        try:
            answer = web.request("GET", url)
        except urllib3.exceptions.HTTPError as error:
            reason = getattr(error, "reason", None) or error
            raise FetchError(f"{_place(url)} cannot be reached: {reason}. {GO_ON}") from None
        if answer.status != 200:
            refused = answer.status in (400, 404)
            advice = "It may not have this year or this table." if refused else GO_ON
            problem = f"{_place(url)} answers {answer.status} {answer.reason}. {advice}"
            raise NothingThereError(problem) if refused else FetchError(problem)
        try:
            return parse(answer.data)
        except ValueError:
            continue
    raise FetchError(f"{_place(url)} answers with what is no JSON, or was cut off, {TRIES} times. {GO_ON}")


class NothingThereError(FetchError):
    """The server has nothing at this address."""


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _same_server(url: str, following: str) -> str:
    """The address of the next page; a feed does not send us to another server."""
    address = urljoin(url, following)
    if urlsplit(address).hostname != urlsplit(url).hostname:
        raise FetchError(f"{_place(url)} sends us on to another server, {_place(address)}. Nothing was fetched there.")
    return address
