"""Has LiteLLM's own loader load configs, each in a process of its own.

Reads a JSON list of {"file", "env"} from standard input and prints a line of JSON for each: {"error"}, null where it loads.
"""

import asyncio
import json
import os
import signal
import sys

from litellm.proxy import proxy_server

SECONDS = 60


def load(file, env):
    """Null or why it does not load. Ends the process: LiteLLM keeps what it has loaded in globals."""
    os.environ.update(env)
    signal.alarm(SECONDS)
    try:
        asyncio.run(proxy_server.proxy_config.load_config(router=None, config_file_path=file))
    except BaseException as error:  # A bad model_list ends in sys.exit as well as in exceptions.
        return f"{type(error).__name__}: {error}"[:300]
    return None


def load_apart(file, env):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        with os.fdopen(writer, "w") as answer:
            answer.write(json.dumps({"error": load(file, env)}))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return text or json.dumps({"error": f"no end within {SECONDS} s"})


for config in json.load(sys.stdin):
    print(load_apart(config["file"], config["env"]), flush=True)
