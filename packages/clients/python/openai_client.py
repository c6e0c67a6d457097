import json

import openai
from openai import OpenAI
from pydantic import BaseModel, TypeAdapter
from openai.types.responses import ResponseStreamEvent

import features as with_

# Answers are held against the types of the client, which it does not do by itself.
OPTIONS = {"api_key": with_.KEY, "base_url": with_.V1, "max_retries": 0, "_strict_response_validation": True}
client = OpenAI(**OPTIONS)
lenient = OpenAI(**OPTIONS | {"_strict_response_validation": False})
FUNCTION = {"type": "function", "name": "get_weather", "parameters": with_.WEATHER, "strict": True}
EVENT = TypeAdapter(ResponseStreamEvent)


class City(BaseModel):
    city: str


def ask(model="chat", **rest):
    return client.chat.completions.create(model=model, messages=with_.MESSAGES, **rest)


def respond(model="chat", **rest):
    return client.responses.create(model=model, input=with_.QUESTION, **rest)


def chat():
    raw = client.chat.completions.with_raw_response.create(model="chat", messages=with_.MESSAGES)
    answer = raw.parse()
    assert answer.model == "chat"
    with_.is_text(answer.choices[0].message.content)
    assert answer.usage.completion_tokens == 12
    with_.is_text(answer._request_id)


def stream():
    chunks = list(ask(stream=True, stream_options={"include_usage": True}))
    assert {chunk.model for chunk in chunks} == {"chat"}
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == ask().choices[0].message.content
    assert chunks[-1].usage.completion_tokens == 12


def tools():
    (call,) = ask(tools=[with_.TOOL]).choices[0].message.tool_calls
    assert call.function.name == "get_weather"
    assert list(json.loads(call.function.arguments)) == ["city"]


def tools_stream():
    with client.chat.completions.stream(model="chat", messages=with_.MESSAGES, tools=[with_.TOOL]) as events:
        last = events.get_final_completion()
    assert last.choices[0].finish_reason == "tool_calls"
    json.loads(last.choices[0].message.tool_calls[0].function.arguments)


def structured():
    answer = client.chat.completions.parse(model="chat", messages=with_.MESSAGES, response_format=City)
    with_.is_text(answer.choices[0].message.parsed.city)


def cut():
    error = with_.fails_with(openai.APIError, lambda: list(ask("cut", stream=True)))
    assert "cut" in error.message


def completions():
    answer = client.completions.create(model="chat", prompt=with_.QUESTION)
    assert answer.model == "chat"
    with_.is_text(answer.choices[0].text)


def completions_stream():
    # Nobody's chunks are of the client's type: it has no null for `finish_reason`.
    chunks = lenient.completions.create(model="chat", prompt=with_.QUESTION, stream=True)
    with_.is_text("".join(chunk.choices[0].text for chunk in chunks))


def embeddings():
    # By default the client asks for base64, which its type has no place for, and decodes it.
    answer = lenient.embeddings.create(model="team/embed", input=["one", "two"])
    assert answer.model == "team/embed"
    assert [type(one.embedding[0]) for one in answer.data] == [float, float]


def responses():
    answer = respond()
    assert answer.model == "chat" and answer.usage.output_tokens > 0
    with_.is_text(answer.output_text)


def responses_stream():
    with client.responses.stream(model="chat", input=with_.QUESTION) as stream:
        events = list(stream)
        last = stream.get_final_response()
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[-1].type == "response.completed"
    with_.is_text(last.output_text)
    for event in respond(stream=True):
        EVENT.validate_python(event.to_dict())


def responses_tools():
    (call,) = respond(tools=[FUNCTION]).output
    assert (call.type, call.name) == ("function_call", "get_weather")
    with client.responses.stream(model="chat", input=with_.QUESTION, tools=[FUNCTION]) as stream:
        (streamed,) = stream.get_final_response().output
    assert streamed.arguments == call.arguments


def responses_structured():
    answer = client.responses.parse(model="chat", input=with_.QUESTION, text_format=City)
    with_.is_text(answer.output_parsed.city)


def responses_retrieve():
    first = respond(store=True)
    again = client.responses.retrieve(first.id)
    assert (again.id, again.model, again.output_text) == (first.id, "chat", first.output_text)
    assert respond(previous_response_id=first.id).previous_response_id == first.id


def responses_cut():
    last = list(respond("cut", stream=True))[-1]
    EVENT.validate_python(last.to_dict())
    assert last.type == "response.failed" and "cut" in last.response.error.message


def transcription():
    answer = client.audio.transcriptions.create(model="whisper", file=("a.wav", with_.sound()))
    with_.is_text(answer.text)


def transcription_stream():
    *deltas, done = client.audio.transcriptions.create(
        model="whisper", file=("a.wav", with_.sound()), stream=True
    )
    assert done.type == "transcript.text.done"
    assert "".join(event.delta for event in deltas) == done.text


def translation():
    with_.is_text(client.audio.translations.create(model="whisper", file=("a.wav", with_.sound())).text)


def speech():
    with client.audio.speech.with_streaming_response.create(
        model="tts", voice="alloy", input=with_.QUESTION
    ) as answer:
        assert len(answer.read()) == with_.SPEECH_BYTES


def image():
    answer = client.images.generate(model="image", prompt=with_.QUESTION)
    assert answer.data[0].b64_json.startswith("iVBOR")


def models():
    ids = [model.id for model in client.models.list()]
    assert {"chat", "team/embed"} <= set(ids), ids
    assert client.models.retrieve("team/embed").id == "team/embed"


def wrong_key():
    other = OpenAI(**OPTIONS | {"api_key": with_.WRONG_KEY})
    error = with_.fails_with(
        openai.AuthenticationError,
        lambda: other.chat.completions.create(model="chat", messages=with_.MESSAGES),
    )
    assert error.code == "invalid_api_key"


def unknown_model():
    error = with_.fails_with(openai.NotFoundError, lambda: ask("chta"))
    assert error.code == "model_not_found"


def timeout():
    with_.reaches_backend(
        lambda: with_.fails_with(openai.APITimeoutError, lambda: ask("silent", timeout=1.0))
    )


def abort():
    def leave():
        with ask("slow", stream=True, max_tokens=1000) as chunks:
            next(iter(chunks))

    with_.reaches_backend(leave)


with_.try_features(
    {
        "chat": chat,
        "stream": stream,
        "tools": tools,
        "tools-stream": tools_stream,
        "structured": structured,
        "cut": cut,
        "completions": completions,
        "completions-stream": completions_stream,
        "embeddings": embeddings,
        "responses": responses,
        "responses-stream": responses_stream,
        "responses-tools": responses_tools,
        "responses-structured": responses_structured,
        "responses-retrieve": responses_retrieve,
        "responses-cut": responses_cut,
        "transcription": transcription,
        "transcription-stream": transcription_stream,
        "translation": translation,
        "speech": speech,
        "image": image,
        "models": models,
        "wrong-key": wrong_key,
        "unknown-model": unknown_model,
        "timeout": timeout,
        "abort": abort,
    }
)
