"""Signing in with the OpenID Connect of a municipality, checked as OpenID Connect Core 1.0 (3.1.3.7, 5.3.2) asks.

allauth trusts an ID token for the connection that it came over. Here its signature and its nonce are checked too, and
that the user information is about the same person.
"""

from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac
from requests import RequestException

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Of signatures, with a key that only the server has."""

REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]


def nonce_of(state: str) -> str:
    """State is bound to the session, made up anew each time and taken once: so is what follows from it."""
    return salted_hmac("openid connect nonce", state).hexdigest()


class Client(OAuth2Client):  # type: ignore[misc]
    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, str]) -> str:
        address: str = super().get_redirect_url(
            authorization_url, scope, extra_params | {"state": self.state, "nonce": nonce_of(self.state)}
        )
        return address


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    client_class = Client

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **more: Any) -> SocialLogin:
        """Raises OAuth2Error for an ID token that is not the server's, not for us, or not for this sign-in."""
        claims = self._claims(more["response"].get("id_token", ""), app.client_id)
        if not constant_time_compare(claims["nonce"], nonce_of(request.GET["state"])):
            raise OAuth2Error("the ID token is for another sign-in")
        login = super().complete_login(request, app, token, **more)
        if login.account.uid != claims["sub"]:
            raise OAuth2Error("the user information is about somebody else")
        return login

    def _claims(self, id_token: str, audience: str) -> dict[str, Any]:
        server = self.openid_config
        try:
            key = jwt.PyJWKClient(server["jwks_uri"], timeout=10).get_signing_key_from_jwt(id_token)
            claims: dict[str, Any] = jwt.decode(
                id_token, key, algorithms=ALGORITHMS, audience=audience, issuer=server["issuer"],
                options={"require": REQUIRED},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise OAuth2Error("the ID token is not valid") from error
        return claims


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    oauth2_adapter_class = Adapter
    package = OpenIDConnectProvider.get_package()


def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """A page with a button: only a form goes to the server, no link from elsewhere."""
    return _answered(OAuth2LoginView, request, provider_id)


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the server sends people back to."""
    return _answered(OAuth2CallbackView, request, provider_id)


def _answered(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        response: HttpResponse = view.adapter_view(Adapter(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except RequestException as error:
        provider = get_adapter(request).get_provider(request, provider_id)
        response = render_authentication_error(request, provider, exception=error)
    return response
