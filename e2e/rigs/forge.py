"""Tokens as nobody honest makes them: any header, any claims, any signature."""

import base64
import json
import time
import uuid

import jwt.algorithms
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from . import ledger

AUDIENCE = "sts.amazonaws.com"
ALGORITHMS = jwt.algorithms.get_default_algorithms()


def part(value):
    """A part of a token: JSON where it is a value, itself where it is bytes."""
    raw = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(issuer, subject="alice", **changes):
    """The claims of an honest token; a change to None takes one away. Keys of odd names come through a dict."""
    now = int(time.time())
    honest = {"iss": issuer, "sub": subject, "aud": AUDIENCE, "iat": now, "exp": now + 3600, "jti": str(uuid.uuid4())}
    return {name: value for name, value in (honest | changes).items() if value is not None}


def signed(key, header, payload):
    """A token of `payload`, signed with a private JWK; `header` changes the honest one, a change to None takes a member away."""
    honest = {"alg": key["alg"], "typ": "JWT", "kid": key["kid"]} | header
    honest = {name: value for name, value in honest.items() if value is not None}
    return sealed(key, honest, payload, key["alg"])


def sealed(key, header, payload, algorithm):
    """A token with exactly this header, signed by `algorithm` whatever the header says."""
    body = f"{part(header)}.{part(payload)}"
    signer = ALGORITHMS[algorithm]
    private = signer.from_jwk(json.dumps(key)) if isinstance(key, dict) else signer.prepare_key(key)
    return ledger.token(f"{body}.{part(signer.sign(body.encode(), private))}")


def public(key):
    """A private JWK without what is private."""
    return {name: value for name, value in key.items() if name not in ("d", "p", "q", "dp", "dq", "qi")}


def new_key(algorithm="RS256", key_id="forged", bits=2048):
    """A private JWK of nobody's."""
    curves = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}
    private = (
        ec.generate_private_key(curves[algorithm]()) if algorithm in curves else rsa.generate_private_key(65537, bits)
    )
    jwk = json.loads(ALGORITHMS[algorithm].to_jwk(private))
    return {name: value for name, value in jwk.items() if name != "key_ops"} | {
        "kid": key_id,
        "alg": algorithm,
        "use": "sig",
    }
