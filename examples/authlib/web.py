"""A web application with a secret, on Authlib: it signs people in, refreshes, and signs them out.

    pip install -r examples/authlib/requirements.txt
    CLIENT_SECRET=... python3 examples/authlib/web.py
"""

import html
import os
import re
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ISSUER = os.environ.get("ISSUER", "http://localhost:4444")
CLIENT = os.environ.get("CLIENT_ID", "library")
SECRET = os.environ["CLIENT_SECRET"]
PORT = int(os.environ.get("PORT", "5173"))
BASE = os.environ.get("BASE", f"http://localhost:{PORT}")

PROVIDER = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=10).json()
if PROVIDER["issuer"] != ISSUER:
    sys.exit(f"the issuer calls itself {PROVIDER['issuer']}")

# The sessions of this application, by what the cookie holds. In production they belong into a database.
sessions = {}


def client(**more):
    return OAuth2Session(
        CLIENT,
        SECRET,
        token_endpoint_auth_method="client_secret_basic",
        code_challenge_method="S256",
        redirect_uri=f"{BASE}/callback",
        scope="openid profile email offline_access",
        **more,
    )


def check_id_token(tokens, nonce):
    """The claims of a good ID token (OpenID Connect Core 3.1.3.7); raises for any other."""
    keys = KeySet.import_key_set(requests.get(PROVIDER["jwks_uri"], timeout=10).json())
    token = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    expected = {"iss": {"essential": True, "value": ISSUER}, "aud": {"essential": True, "value": CLIENT}}
    beside = {"nonce": nonce, "client_id": CLIENT, "access_token": tokens["access_token"]}
    claims = CodeIDToken(token.claims, token.header, expected, beside)
    claims.validate(now=int(time.time()), leeway=30)
    return claims


class Library(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({"/": self.home, "/login": self.login, "/callback": self.callback})

    def do_POST(self):
        self.answer({"/logout": self.logout, "/refresh": self.refresh})

    def home(self):
        session = self.session()
        if "sub" not in session:
            return self.page(200, "You are signed out.", '<a href="/login">Sign in</a>')
        buttons = '<button formaction="/refresh">Refresh</button><button formaction="/logout">Sign out</button>'
        self.page(200, f"Hello, {session['name']}!", f'<form method="post">{buttons}</form><p>{session["rounds"]}</p>')

    def login(self):
        waiting = {"nonce": secrets.token_urlsafe(32), "verifier": secrets.token_urlsafe(48)}
        address, waiting["state"] = client().create_authorization_url(
            PROVIDER["authorization_endpoint"], nonce=waiting["nonce"], code_verifier=waiting["verifier"]
        )
        self.redirect(address, begins={"waiting": waiting})

    def callback(self):
        waiting = self.end().get("waiting")
        answer = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        # The state is that of this browser, and the answer comes from this issuer (RFC 9207).
        if not waiting or answer.get("state") != waiting["state"] or answer.get("iss") != ISSUER:
            return self.page(400, "This answer belongs to no sign-in of this browser.")
        session = client(state=waiting["state"])
        tokens = session.fetch_token(
            PROVIDER["token_endpoint"],
            authorization_response=BASE + self.path,
            code_verifier=waiting["verifier"],
        )
        claims = check_id_token(tokens, waiting["nonce"])
        person = session.get(PROVIDER["userinfo_endpoint"]).json()
        if person["sub"] != claims["sub"]:
            return self.page(400, "The provider speaks of somebody else.")
        name = person.get("name", claims["sub"])
        begun = {"sub": claims["sub"], "sid": claims["sid"], "name": name, "tokens": dict(tokens), "rounds": 0}
        self.redirect("/", begins=begun)

    def refresh(self):
        session = self.session()
        if "tokens" not in session:
            return self.redirect("/")
        fresh = client(token=session["tokens"]).refresh_token(PROVIDER["token_endpoint"])
        # Each use gives another refresh token; what does not come again stays.
        session["tokens"] = {**session["tokens"], **fresh}
        session["rounds"] += 1
        self.redirect("/")

    def logout(self):
        parameters = {"client_id": CLIENT, "post_logout_redirect_uri": f"{BASE}/"}
        tokens = self.end().get("tokens")
        if tokens:
            parameters["id_token_hint"] = tokens["id_token"]
            client(token=tokens).revoke_token(PROVIDER["revocation_endpoint"], token=tokens["refresh_token"])
        self.redirect(f"{PROVIDER['end_session_endpoint']}?{urlencode(parameters)}")

    def answer(self, routes):
        route = routes.get(urlsplit(self.path).path)
        try:
            route() if route else self.page(404, "There is nothing here.")
        except (AuthlibBaseError, JoseError) as error:
            print(f"{error.error}: {error.description}", flush=True)
            self.page(400, f"The sign-in did not work: {error.error}.", '<a href="/login">Try again</a>')

    def cookie(self):
        found = re.search(r"(?:^|; )library_session=([\w-]+)", self.headers.get("cookie", ""))
        return found[1] if found else None

    def session(self):
        return sessions.get(self.cookie(), {})

    def end(self):
        return sessions.pop(self.cookie(), {})

    def redirect(self, address, begins=None):
        self.send_response(303)
        self.send_header("location", address)
        if begins is not None:
            self.end()
            key = secrets.token_urlsafe(32)
            sessions[key] = begins
            secure = "; Secure" if BASE.startswith("https://") else ""
            self.send_header("set-cookie", f"library_session={key}; Path=/; HttpOnly; SameSite=Lax{secure}")
        self.end_headers()

    def page(self, status, words, more=""):
        head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Library</title><link rel="icon" href="data:,">'
        self.send_response(status)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("cache-control", "no-store")
        self.end_headers()
        self.wfile.write(f"{head}<h1>{html.escape(words)}</h1>{more}</html>".encode())

    def log_message(self, *_):
        """Codes stand in addresses, and belong into no log."""


print(f"the library is open at {BASE}/", flush=True)
ThreadingHTTPServer(("127.0.0.1", PORT), Library).serve_forever()
