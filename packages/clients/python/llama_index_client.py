import openai
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.openai_like import OpenAILikeEmbedding
from llama_index.llms.openai_like import OpenAILike
from pydantic import BaseModel

import features as with_


class City(BaseModel):
    """The city."""

    city: str


def model_of(**rest):
    options = {"model": "chat", "api_base": with_.V1, "api_key": with_.KEY, "max_retries": 0}
    return OpenAILike(**options | {"is_chat_model": True, "is_function_calling_model": True} | rest)


MESSAGES = [ChatMessage(role="user", content=with_.QUESTION)]


def get_weather(city: str) -> str:
    """The weather."""
    return f"12 degrees in {city}"


def tools():
    tool = FunctionTool.from_defaults(get_weather)
    model = model_of()
    answer = model.chat_with_tools([tool], user_msg=with_.QUESTION)
    (call,) = model.get_tool_calls_from_response(answer)
    assert call.tool_name == "get_weather" and list(call.tool_kwargs) == ["city"]


def embeddings():
    model = OpenAILikeEmbedding(model_name="team/embed", api_base=with_.V1, api_key=with_.KEY, max_retries=0)
    assert len(model.get_text_embedding_batch(["one", "two"])) == 2


def stream():
    chunks = list(model_of().stream_chat(MESSAGES))
    assert len([chunk for chunk in chunks if chunk.delta]) > 1


def completions_stream():
    assert len(list(model_of(is_chat_model=False).stream_complete(with_.QUESTION))) > 1


with_.try_features(
    {
        "chat": lambda: with_.is_text(model_of().chat(MESSAGES).message.content),
        "stream": stream,
        "tools": tools,
        "structured": lambda: with_.is_text(
            model_of().as_structured_llm(City).complete(with_.QUESTION).raw.city
        ),
        "completions": lambda: with_.is_text(model_of(is_chat_model=False).complete(with_.QUESTION).text),
        "completions-stream": completions_stream,
        "embeddings": embeddings,
        "cut": lambda: with_.fails_with(
            openai.APIError, lambda: list(model_of(model="cut").stream_chat(MESSAGES))
        ),
        "wrong-key": lambda: with_.fails_with(
            openai.AuthenticationError, lambda: model_of(api_key=with_.WRONG_KEY).chat(MESSAGES)
        ),
        "unknown-model": lambda: with_.fails_with(
            openai.NotFoundError, lambda: model_of(model="chta").chat(MESSAGES)
        ),
    }
)
