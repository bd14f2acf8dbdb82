"""HTTP by hand, with SigV4 of our own where it is wanted: what no SDK would send."""

import dataclasses
import datetime
import hashlib
import hmac
import http.client
import re
import ssl
import urllib.parse

from . import ledger

VERSIONS = {"sts": "2011-06-15", "iam": "2010-05-08"}
FORM = "application/x-www-form-urlencoded; charset=utf-8"
EMPTY = hashlib.sha256(b"").hexdigest()


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    text: str

    def element(self, name):
        found = re.search(rf"<{name}>(.*?)</{name}>", self.text, re.DOTALL)
        return found and found[1].replace("&apos;", "'").replace("&quot;", '"').replace("&lt;", "<").replace(
            "&gt;", ">"
        ).replace("&amp;", "&")

    @property
    def code(self):
        return self.element("Code")

    @property
    def refusal(self):
        """Status, code and sentence, as a table writes them."""
        return self.status, self.code, self.element("Message")

    @property
    def request_id(self):
        return self.headers.get("x-amzn-requestid")


def send(service, method, path, headers=None, body=b"", timeout=30):
    """One request on a connection of its own; `headers` may hold pairs, so that a name can come twice."""
    if service.tls:
        context = ssl.create_default_context(cafile=service.certificate)
        connection = http.client.HTTPSConnection(service.host, service.port, timeout=timeout, context=context)
    else:
        connection = http.client.HTTPConnection(service.host, service.port, timeout=timeout)
    pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
    names = {name.lower() for name, _ in pairs}
    try:
        connection.putrequest(method, path, skip_host="host" in names, skip_accept_encoding=True)
        for name, value in pairs:
            connection.putheader(name, value)
        if body or method == "POST":
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)
    finally:
        connection.close()


def call(
    service, name, parameters, credentials=None, api="sts", region="us-east-1", at=None, change=None, recorded=True
):
    """A Query call, signed where credentials are given. `change` may alter the signed headers before they leave. What names
    no operation of its service is no call, and is not `recorded`."""
    body = urllib.parse.urlencode(
        {"Action": name, "Version": VERSIONS[api], **parameters}, quote_via=urllib.parse.quote
    ).encode()
    headers = {"Content-Type": FORM, "Host": f"{service.host}:{service.port}"}
    if credentials:
        headers = sign("POST", "/", "", headers, body, credentials, region, api, at)
    if change:
        headers = change(headers)
    answer = send(service, "POST", "/", headers, body)
    if recorded:
        ledger.request(service, answer.request_id, name)
    return answer


def stamp(at=None):
    return (at or datetime.datetime.now(datetime.UTC)).strftime("%Y%m%dT%H%M%SZ")


def sign(method, path, query, headers, body, credentials, region, api, at=None):
    """The headers, and those that SigV4 adds (reference: IAM User Guide, "AWS Signature Version 4 for API requests")."""
    date = stamp(at)
    headers = {**headers, "X-Amz-Date": date}
    if credentials.token:
        headers["X-Amz-Security-Token"] = credentials.token
    scope = f"{date[:8]}/{region}/{api}/aws4_request"
    names, signature = _signature(
        method, path, query, headers, hashlib.sha256(body).hexdigest(), credentials.secret, date, scope
    )
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return headers


def presign(service, parameters, credentials, api="sts", region="us-east-1", expires=60, at=None):
    """The query of a presigned GET, in the order of names."""
    date = stamp(at)
    scope = f"{date[:8]}/{region}/{api}/aws4_request"
    pairs = {
        **parameters,
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{credentials.id}/{scope}",
        "X-Amz-Date": date,
        "X-Amz-Expires": str(expires),
        "X-Amz-SignedHeaders": "host",
    }
    if credentials.token:
        pairs["X-Amz-Security-Token"] = credentials.token
    query = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in sorted(pairs.items()))
    headers = {"Host": f"{service.host}:{service.port}"}
    _, signature = _signature("GET", "/", query, headers, EMPTY, credentials.secret, date, scope)
    return f"{query}&X-Amz-Signature={signature}"


def quoted(text):
    return urllib.parse.quote(text, safe="-_.~")


def _signature(method, path, query, headers, payload, secret, date, scope):
    lower = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    names = ";".join(sorted(lower))
    lines = "".join(f"{name}:{lower[name]}\n" for name in sorted(lower))
    canonical = "\n".join([method, path, query, lines, names, payload])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return names, hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
