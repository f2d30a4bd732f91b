"""A small OpenID Connect provider: discovery, authorize, token, userinfo and keys, in a thread. Knows one person.

What it answers can be bent, to see that the site refuses it.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "wijkspiegel", "a secret between the two"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """person : what it says of who signs in. claims, userinfo : put over what it says. asked : by code, what it was."""

    address: str
    person: dict[str, Any]
    stop: Callable[[], None]
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    signs_with: rsa.RSAPrivateKey | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def discovery(self) -> dict[str, Any]:
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}
        return {name: f"{self.address}/{path}" for name, path in (ends | {"jwks_uri": "keys"}).items()} | {
            "issuer": self.address,
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": "first", "alg": "RS256", "use": "sig"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Address to send the browser back to: the person agrees at once."""
        code = secrets.token_urlsafe()
        self.asked[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    def token(self, given: dict[str, str]) -> dict[str, Any] | None:
        """None for a code that is not known, or is another client's: each works once."""
        asked = self.asked.pop(given["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest()).decode().rstrip("=")
        if asked is None or (given["client_id"], given["client_secret"]) != (CLIENT, SECRET):
            return None
        if (given["redirect_uri"], proof) != (asked["redirect_uri"], asked["code_challenge"]):
            return None
        now = int(time.time())
        usual = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        claims = {name: value for name, value in (usual | self.person | self.claims).items() if value is not None}
        signed = jwt.encode(claims, self.signs_with or self.key, algorithm="RS256", headers={"kid": "first"})
        return {"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": signed}


@contextmanager
def serving(**person: Any) -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, asked = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
            if path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()
            elif path == "/userinfo" and self.headers["Authorization"] != "Bearer at":
                self.send_error(401)
            else:
                told: dict[str, Callable[[], dict[str, Any]]] = {
                    "/.well-known/openid-configuration": provider.discovery,
                    "/keys": provider.keys,
                    "/userinfo": lambda: provider.person | provider.userinfo,
                }
                self._say(told[path]())

        def do_POST(self) -> None:
            given = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            told = provider.token(given)
            self._say(told or {"error": "invalid_grant"}, 200 if told else 400)

        def _say(self, told: dict[str, Any], status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, format: str, *arguments: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def stop() -> None:
        server.shutdown()
        server.server_close()

    provider = Provider(f"http://127.0.0.1:{server.server_port}", person, stop)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        stop()
