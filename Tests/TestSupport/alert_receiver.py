"""Records every request as a line of JSON, and answers as its path says.

Arguments: the port, the file. /refuse is answered 404, /broken 500, /sns as SNS does once botocore has made the
same signature of the request with the test's key; all else 200.
"""
import http.server
import json
import sys

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def signature_is_right(path, headers, body):
    scope = headers["Authorization"].split("Credential=")[1].split("/")
    region, service = scope[2], scope[3]
    signed = headers["Authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    request = AWSRequest(
        "POST", f"http://{headers['Host']}{path}", data=body,
        headers={name: headers[name] for name in signed if name not in ("host", "x-amz-date")})
    request.context["timestamp"] = headers["X-Amz-Date"]
    auth = SigV4Auth(Credentials("AKIATEST", "secret"), service, region)
    request.headers["X-Amz-Date"] = headers["X-Amz-Date"]
    canonical = auth.canonical_request(request)
    expected = auth.signature(auth.string_to_sign(request, canonical), request)
    return service == "sns" and headers["Authorization"].endswith(f"Signature={expected}")


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = {"/refuse": 404, "/broken": 500}.get(self.path, 200)
        if self.path.startswith("/sns") and not signature_is_right(self.path, self.headers, body):
            status = 403
        line = {"path": self.path, "body": body.decode(), "type": self.headers.get("Content-Type", "")}
        with open(sys.argv[2], "a") as file:
            file.write(json.dumps(line | {"status": status}) + "\n")
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
