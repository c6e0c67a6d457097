import anthropic
from anthropic import Anthropic

import features as with_

# Answers are held against the types of the client, which it does not do by itself.
OPTIONS = {"base_url": with_.URL, "api_key": with_.KEY, "max_retries": 0, "_strict_response_validation": True}
client = Anthropic(**OPTIONS)
TOOL = {"name": "get_weather", "input_schema": with_.WEATHER}


def asked(model="chat", **rest):
    return {"model": model, "max_tokens": 100, "messages": with_.MESSAGES, **rest}


def messages():
    message = client.messages.create(**asked())
    assert (message.model, message.role, message.type) == ("chat", "assistant", "message")
    assert message.usage.output_tokens > 0
    with_.is_text(message.content[0].text)
    bearer = Anthropic(**OPTIONS | {"api_key": None}, auth_token=with_.KEY)
    assert bearer.beta.messages.create(**asked(), betas=["x"]).model == "chat"


def messages_stream():
    with client.messages.stream(**asked()) as stream:
        events = list(stream)
        last = stream.get_final_message()
    assert events[0].message.model == "chat" and events[-1].type == "message_stop"
    assert last.stop_reason is not None and last.usage.output_tokens > 0
    with_.is_text(last.content[0].text)


def messages_tools():
    message = client.messages.create(**asked(tools=[TOOL]))
    call = message.content[0]
    assert (call.type, call.name, message.stop_reason) == ("tool_use", "get_weather", "tool_use")
    with client.messages.stream(**asked(tools=[TOOL])) as stream:
        assert stream.get_final_message().content[0].input == call.input


def messages_count():
    assert client.messages.count_tokens(model="chat", messages=with_.MESSAGES).input_tokens > 0


def messages_cut():

    def read():
        with client.messages.stream(**asked("cut")) as stream:
            stream.until_done()

    assert "cut" in with_.fails_with(anthropic.APIError, read).message


def models():
    ids = [model.id for model in client.models.list()]
    assert {"chat", "team/embed"} <= set(ids), ids
    assert client.models.retrieve("team/embed").type == "model"


def wrong_key():
    other = Anthropic(**OPTIONS | {"api_key": with_.WRONG_KEY})
    with_.fails_with(anthropic.AuthenticationError, lambda: other.messages.create(**asked()))


def unknown_model():
    error = with_.fails_with(anthropic.NotFoundError, lambda: client.messages.create(**asked("chta")))
    assert error.body["error"]["type"] == "not_found_error"


def timeout():
    with_.reaches_backend(
        lambda: with_.fails_with(
            anthropic.APITimeoutError, lambda: client.messages.create(**asked("silent"), timeout=1.0)
        )
    )


def abort():

    def leave():
        with client.messages.stream(**asked("slow", max_tokens=1000)) as stream:
            next(iter(stream.text_stream))

    with_.reaches_backend(leave)


with_.try_features(
    {
        "messages": messages,
        "messages-stream": messages_stream,
        "messages-tools": messages_tools,
        "messages-count": messages_count,
        "messages-cut": messages_cut,
        "messages-models": models,
        "wrong-key": wrong_key,
        "unknown-model": unknown_model,
        "timeout": timeout,
        "abort": abort,
    }
)
