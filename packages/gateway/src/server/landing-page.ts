/** What this is, for programs that ask at the root. */
export const LANDING = {
  name: "Rollcall",
  description: "An OpenAI-compatible gateway for LLM servers of one's own.",
  models: "/v1/models",
  chat: "/v1/chat/completions",
  routes: "/routes",
  ready: "/readyz",
} as const;

/** The same for people: nothing is loaded, and nothing of this gateway's config is told. */
export const LANDING_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${LANDING.name}</title>
<h1>${LANDING.name}</h1>
<p>${LANDING.description}</p>
<p>Point an OpenAI client's base URL at <code>/v1</code> of this address and give it the key of this gateway.</p>
<ul>
<li><code>GET ${LANDING.models}</code>: the models
<li><code>POST ${LANDING.chat}</code>: a chat
<li><a href="${LANDING.routes}"><code>GET ${LANDING.routes}</code></a>: everything that is served
<li><a href="${LANDING.ready}"><code>GET ${LANDING.ready}</code></a>: whether it can take requests
</ul>
</html>
`;

export const LANDING_HEADERS = {
  "content-security-policy": "default-src 'none'",
  "x-content-type-options": "nosniff",
  vary: "accept",
} as const;
