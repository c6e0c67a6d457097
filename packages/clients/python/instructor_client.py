import instructor
from openai import OpenAI
from pydantic import BaseModel

import features as with_


class City(BaseModel):
    city: str


def ask(mode, by="chat", key=with_.KEY, **rest):
    client = instructor.from_openai(OpenAI(api_key=key, base_url=with_.V1, max_retries=0), mode=mode)
    asked = {"model": by, "response_model": City, "max_retries": 0, **rest}
    return client.chat.completions.create(messages=with_.MESSAGES, **asked)


def parses(mode):
    with_.is_text(ask(mode).city)


def raises(status, **how):
    error = with_.fails_with(Exception, lambda: ask(instructor.Mode.TOOLS, **how))
    assert str(status) in str(error), error


def streams():
    client = instructor.from_openai(OpenAI(api_key=with_.KEY, base_url=with_.V1), mode=instructor.Mode.TOOLS)
    parts = client.chat.completions.create_partial(
        model="chat", response_model=City, messages=with_.MESSAGES
    )
    with_.is_text(list(parts)[-1].city)


with_.try_features(
    {
        "tools": lambda: parses(instructor.Mode.TOOLS),
        "tools-stream": streams,
        "structured": lambda: parses(instructor.Mode.JSON_SCHEMA),
        "responses-structured": lambda: parses(instructor.Mode.RESPONSES_TOOLS),
        "wrong-key": lambda: raises(401, key=with_.WRONG_KEY),
        "unknown-model": lambda: raises(404, by="chta"),
    }
)
