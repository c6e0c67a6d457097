import cohere

import features as with_

OPTIONS = {"base_url": with_.URL, "api_key": with_.KEY}
ASKED = {"query": with_.QUESTION, "documents": ["one", "two", "three"], "top_n": 2}
ONCE = {"max_retries": 0}


def ask(client, model="rerank"):
    return client.rerank(model=model, **ASKED, request_options=ONCE)


def rerank():
    for client in (cohere.ClientV2(**OPTIONS), cohere.Client(**OPTIONS)):
        results = ask(client).results
        assert len(results) == 2 and results[0].relevance_score >= results[1].relevance_score


def wrong_key():
    other = cohere.ClientV2(**OPTIONS | {"api_key": with_.WRONG_KEY})
    with_.fails_with(cohere.UnauthorizedError, lambda: ask(other))


def unknown_model():
    error = with_.fails_with(cohere.NotFoundError, lambda: ask(cohere.ClientV2(**OPTIONS), "rernk"))
    assert "rernk" in str(error.body)


with_.try_features({"rerank": rerank, "wrong-key": wrong_key, "unknown-model": unknown_model})
