"""A directory server (LDAP) that lets in whoever brings a token of RDS's IAM authentication as password.

PostgreSQL asks it as RDS's server asks AWS. What a token must be is botocore's word. Each bind is a line of the log.
    token_directory.py PORT LOG HOST:PORT USER REGION KEY SECRET
"""

import datetime
import socketserver
import sys
import unittest.mock
import urllib.parse

import boto3

port, log, address, user, region, key, secret = sys.argv[1:]
host, _, database_port = address.partition(":")
client = boto3.client("rds", region_name=region, aws_access_key_id=key, aws_secret_access_key=secret)


def refusal(name, token):
    """Why the token lets nobody in; empty where it does."""
    query = dict(urllib.parse.parse_qsl(token.partition("?")[2]))
    try:
        time = datetime.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
    except (KeyError, ValueError):
        return "no token"
    age = (datetime.datetime.utcnow() - time).total_seconds()
    if not -60 < age < int(query.get("X-Amz-Expires", 0)):
        return "expired"
    with unittest.mock.patch("botocore.auth.get_current_datetime", lambda *_, **__: time):
        wanted = client.generate_db_auth_token(host, int(database_port), name, region)
    return "" if name == user and dict(urllib.parse.parse_qsl(wanted.partition("?")[2])) == query else "wrong"


def element(data, at):
    """Tag, content and end of the BER element at a place."""
    length, start = data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, start = int.from_bytes(data[start : start + count], "big"), start + count
    return data[at], data[start : start + length], start + length


def encoded(tag, content):
    length = len(content)
    head = bytes([length]) if length < 0x80 else b"\x82" + length.to_bytes(2, "big")
    return bytes([tag]) + head + content


class Session(socketserver.BaseRequestHandler):
    def handle(self):
        data = self.request.recv(65536)
        if not data:
            return
        _, message, _ = element(data, 0)
        _, number, at = element(message, 0)
        _, bind, _ = element(message, at)
        _, _, at = element(bind, 0)
        _, name, at = element(bind, at)
        _, password, _ = element(bind, at)
        reason = refusal(name.decode(), password.decode())
        with open(log, "a") as file:
            file.write(f"{name.decode()} {reason or 'let in'}\n")
        result = encoded(0x0A, bytes([49 if reason else 0])) + encoded(0x04, b"") + encoded(0x04, b"")
        self.request.sendall(encoded(0x30, encoded(0x02, number) + encoded(0x61, result)))
        self.request.recv(65536)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True


Server(("127.0.0.1", int(port)), Session).serve_forever()
