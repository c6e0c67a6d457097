"""What systemd does for rollcall-gateway.socket and its service, as far as a restart is concerned: keeps the port, starts the
main process with it (LISTEN_FDS) and with NOTIFY_SOCKET, and at a restart sends SIGUSR2 to the main process alone, waits until
that has ended, and starts the next one. What is left running is left running (KillMode=process), and is only waited for at the end.

Reads commands as lines: `start`, `restart`, `stop`, each with JSON: {"argv": [...], "env": {...}}. Prints JSON lines."""

import ctypes
import json
import os
import signal
import socket
import sys

address, port = sys.argv[1], int(sys.argv[2])
# As PID 1: orphans of the unit become our children.
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
held.bind((address, port))
held.listen(4096)
main = None
mains = []
stopped = False


def say(**facts):
    print(json.dumps(facts), flush=True)


def start(argv, env):
    global main
    pid = os.fork()
    if pid == 0:
        if held.fileno() != 3:
            os.dup2(held.fileno(), 3)
        os.set_inheritable(3, True)
        os.dup2(2, 1)
        os.setpgid(0, 0)
        os.execvpe(argv[0], argv, {**env, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())})
    main = pid
    mains.append(pid)
    say(started=pid)


def wait_for_main(signal_number):
    os.kill(main, signal_number)
    while True:
        pid, status = os.wait()
        say(ended=pid, code=os.waitstatus_to_exitcode(status))
        if pid == main:
            return


say(port=held.getsockname()[1])
for line in sys.stdin:
    verb, _, rest = line.partition(" ")
    if verb.strip() == "restart":
        wait_for_main(signal.SIGUSR2)
    if verb.strip() in ("start", "restart"):
        given = json.loads(rest)
        start(given["argv"], given["env"])
    if verb.strip() == "stop":
        wait_for_main(signal.SIGTERM)
        held.close()
        stopped = True
        break
if not stopped:
    # Whoever reads us has given up.
    for group in mains:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            pass
# Generations that still drain.
try:
    while True:
        pid, status = os.wait()
        say(ended=pid, code=os.waitstatus_to_exitcode(status))
except ChildProcessError:
    say(over=True)
