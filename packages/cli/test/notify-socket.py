"""Holds the socket that NOTIFY_SOCKET names and prints each message as a line of JSON: Node opens no datagram sockets of
this family. A name that begins with @ lies in the abstract namespace. A file descriptor that comes with a message is closed,
which tells the sender that the message was read."""

import array
import json
import socket
import sys

name = sys.argv[1]
held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
held.bind("\0" + name[1:] if name.startswith("@") else name)
print(json.dumps({"bound": name}), flush=True)
while True:
    text, ancillary, _, _ = held.recvmsg(65536, 4096)
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            for number in array.array("i", data):
                socket.close(number)
    if text != b"BARRIER=1":
        print(json.dumps({"variables": text.decode().split("\n")}), flush=True)
