"""What the scripts of all clients share."""

import asyncio
import faulthandler
import inspect
import io
import json
import os
import sys
import time
import traceback
import urllib.request

URL = os.environ["ROLLCALL_URL"]
V1 = f"{URL}/v1"
KEY = os.environ["ROLLCALL_KEY"]
WRONG_KEY = "sk-wrong"

QUESTION = "What is the weather in Paris?"
MESSAGES = [{"role": "user", "content": QUESTION}]
WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}}
# What the speech of the backend is long.
SPEECH_BYTES = 4096

FEATURE_SECONDS = 90
TOLD_SECONDS = 15


def sound():
    """A second of silence: RIFF, PCM, 8 kHz, 8 bit."""
    import wave

    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(8000)
        out.writeframes(bytes([128]) * 8000)
    return file.getvalue()


def try_features(features):
    """Tries each of them, and prints a line of JSON for each: `{feature, ok, error?}`. Tries those named in ROLLCALL_ONLY alone."""
    only = os.environ.get("ROLLCALL_ONLY")
    for feature, attempt in features.items():
        if only is not None and feature not in only.split(","):
            continue
        result = {"feature": feature, "ok": True}
        # What hangs shows where, and ends the script.
        faulthandler.dump_traceback_later(FEATURE_SECONDS, exit=True)
        try:
            done = attempt()
            if inspect.isawaitable(done):
                asyncio.run(done)
        except BaseException as error:
            said = "".join(traceback.format_exception_only(error))
            result |= {"ok": False, "error": f"{said}\n{traceback.format_exc()[-2000:]}"}
        faulthandler.cancel_dump_traceback_later()
        # Libraries print as well: lines of ours begin with the mark.
        print(f"\n#result {json.dumps(result)}", flush=True)
    sys.stdout.flush()
    os._exit(0)


def fails_with(kind, attempt):
    """The error that it raises, which must be one of that class."""
    try:
        attempt()
    except kind as error:
        return error
    raise AssertionError("nothing was raised")


def reaches_backend(leave):
    """The backend hears that the client has left."""
    before = seen()
    leave()
    deadline = time.monotonic() + TOLD_SECONDS
    while seen()["cancelled"] <= before["cancelled"]:
        assert time.monotonic() < deadline, "the backend was not told that the client has left"
        time.sleep(0.05)


def seen():
    with urllib.request.urlopen(os.environ["ROLLCALL_OBSERVER"]) as answer:
        return json.load(answer)


def is_text(value):
    assert isinstance(value, str) and value != "", repr(value)
