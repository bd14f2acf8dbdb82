"""An issuer that does as it is told: any document, redirect or delay, over HTTP or HTTPS; it counts who comes."""

import hashlib
import http.server
import json
import pathlib
import ssl
import subprocess
import threading
import time


class Issuer:
    """Serves `documents`, path → (status, headers, body) or a function that gives one; everything else is 404."""

    def __init__(self, address=("127.0.0.1", 0), certificate=None, name=None):
        self.documents, self.requests = {}, []
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                issuer.requests.append(self.path)
                found = issuer.documents.get(self.path, (404, {}, b"no such document"))
                status, headers, body = found() if callable(found) else found
                self.send_response(status)
                for header, value in headers.items():
                    self.send_header(header, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """A client that goes away is none of ours."""

        self.server = Server(address, Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
        host, port = self.server.server_address[:2]
        default = 443 if certificate else 80
        authority = name or (host if port == default else f"{host}:{port}")
        self.url = f"http{'s' if certificate else ''}://{authority}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, path="", keys=(), **changes):
        """An issuer at a path of this host: its discovery document (changed by `changes`) and its key set. Gives its URL."""
        url = f"{self.url}{path}"
        discovery = {"issuer": url, "jwks_uri": f"{url}/keys"} | changes
        self.put(f"{path}/.well-known/openid-configuration", discovery)
        self.put(f"{path}/keys", {"keys": list(keys)})
        return url

    def put(self, path, value, status=200, **headers):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.documents[path] = (status, {"Content-Type": "application/json"} | headers, body)

    def redirect(self, path, location):
        self.documents[path] = (302, {"Location": location}, b"")

    def slow(self, path, seconds):
        """The document that is there, late."""
        document = self.documents[path]
        self.documents[path] = lambda: (time.sleep(seconds), document)[1]

    def count(self, path):
        return self.requests.count(path)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def certificate(folder, *names, stem="issuer"):
    """A self-signed certificate for names and addresses: the files of certificate and key, and its thumbprint."""
    folder = pathlib.Path(folder)
    cert, key = folder / f"{stem}.crt", folder / f"{stem}.key"
    alternatives = ",".join(f"{'IP' if name[-1].isdigit() else 'DNS'}:{name}" for name in names)
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={names[0]}"]
    command += ["-addext", f"subjectAltName={alternatives}", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return (cert, key), hashlib.sha1(ssl.PEM_cert_to_DER_cert(cert.read_text())).hexdigest()
