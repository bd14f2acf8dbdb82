"""A proxy before a service: it passes every request on, notes it, and can answer in its place."""

import http.client
import json
import ssl
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Recorder:
    """`requests` has method, path and operation of each. `answer` may be set to a function of those three that gives
    (status, headers, body) to answer in place of the service, "hang" to keep the caller waiting, a function to be called
    when the service has answered and its answer is lost, or None to pass it on."""

    def __init__(self, upstream, certificate=None, key=None, ca=None):
        self.upstream, self.requests, self.answer = urllib.parse.urlsplit(upstream), [], None
        self.released = threading.Event()
        self.tls = ssl.create_default_context(cafile=ca) if self.upstream.scheme == "https" else None
        if certificate:
            self.tls.load_cert_chain(certificate, key)
        handler = type("Handler", (BaseHTTPRequestHandler,), {"recorder": self, "log_message": lambda *_: None, "protocol_version": "HTTP/1.1"})
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            setattr(handler, f"do_{method}", _handle)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def operations(self):
        return [operation for _, _, operation in self.requests]

    def forget(self):
        self.requests.clear()
        self.answer = None

    def close(self):
        self.released.set()
        self.server.shutdown()


class Waves:
    """An `answer` that holds every request back until no other has come for a while, and then lets all of them pass
    together: there are as many waves as calls that wait for each other. Several recorders may share it."""

    def __init__(self, quiet=0.5):
        self.count, self.waiting, self.last, self.quiet = 0, 0, 0.0, quiet
        self.changed, self.over = threading.Condition(), threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def __call__(self, *_):
        with self.changed:
            wave, self.last = self.count, time.monotonic()
            self.waiting += 1
            self.changed.wait_for(lambda: self.count > wave, timeout=60)

    def _run(self):
        while not self.over.wait(0.05):
            with self.changed:
                if self.waiting and time.monotonic() - self.last > self.quiet:
                    self.count, self.waiting = self.count + 1, 0
                    self.changed.notify_all()

    def close(self):
        self.over.set()


def _operation(path, headers, body):
    """What is called: an AWS operation of the query protocol or JSON 1.1, else the path."""
    if "x-amz-target" in headers:
        return headers["x-amz-target"].rsplit(".", 1)[1]
    found = urllib.parse.parse_qs(body.decode(errors="replace")).get("Action")
    return found[0] if found else path


def _handle(handler):
    recorder = handler.recorder
    body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
    seen = (handler.command, handler.path, _operation(handler.path, handler.headers, body))
    recorder.requests.append(seen)
    given = recorder.answer(*seen) if recorder.answer else None
    if callable(given):
        _pass_on(recorder, handler, body)
        given()
        given = "hang"
    if given == "hang":
        recorder.released.wait(60)
        handler.close_connection = True
        return
    status, headers, content = given or _pass_on(recorder, handler, body)
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("content-length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def _pass_on(recorder, handler, body):
    kind = http.client.HTTPSConnection if recorder.tls else http.client.HTTPConnection
    more = {"context": recorder.tls} if recorder.tls else {}
    connection = kind(recorder.upstream.hostname, recorder.upstream.port, timeout=60, **more)
    dropped = ("connection", "content-length", "accept-encoding")
    headers = {name: value for name, value in handler.headers.items() if name.lower() not in dropped}
    connection.request(handler.command, handler.path, body=body or None, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    kept = {name: value for name, value in answer.getheaders() if name.lower() in ("content-type", "x-amzn-requestid", "x-amzn-errortype")}
    connection.close()
    return answer.status, kept, content


def refusal(code, message, status=403):
    """An error of the query protocol."""
    body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    return status, {"content-type": "text/xml"}, body.encode()


def kubeconfig(path, server):
    """A kubeconfig that names a server and nobody."""
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "recorded",
        "clusters": [{"name": "recorded", "cluster": {"server": server}}],
        "users": [{"name": "nobody", "user": {}}],
        "contexts": [{"name": "recorded", "context": {"cluster": "recorded", "user": "nobody"}}],
    }))
    return str(path)
