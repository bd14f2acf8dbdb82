"""A name server that says what it is told, and something else the next time: for names that are rebound."""

import ipaddress
import socket
import struct
import threading


class Names:
    """`names[host]` is a list of answers (each a list of addresses) that are given one after another, the last for ever."""

    def __init__(self, address="127.0.0.53"):
        self.names, self.asked = {}, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            query, peer = self.socket.recvfrom(512)
            self.socket.sendto(self._answer(query), peer)

    def _answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += 1 + query[at]
        kind = struct.unpack("!H", query[at + 1 : at + 3])[0]
        name = ".".join(labels).lower()
        records = self._records(name, kind)
        code = 0 if name in self.names else 3
        head = query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(records), 0, 0)
        return head + query[12 : at + 5] + b"".join(records)

    def _records(self, name, kind):
        answers = self.names.get(name, [[]])
        # A resolver asks for both families; which answer it is at counts by those for IPv4.
        if kind == 1:
            self.asked.append(name)
        turn = max(self.asked.count(name) - 1, 0)
        addresses = [ipaddress.ip_address(address) for address in answers[min(turn, len(answers) - 1)]]
        family = {1: 4, 28: 6}.get(kind)
        fit = [address.packed for address in addresses if address.version == family]
        return [b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 0, len(packed)) + packed for packed in fit]
