/** RFC 9110: what a header's name may be made of. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** These are the connection's own or follow from the body: HTTP clients set them, nobody else can. */
const NOT_OURS = new Set(
  "connection content-length expect host keep-alive proxy-connection te trailer transfer-encoding upgrade".split(
    " ",
  ),
);

/** Can a config say this header of a request? */
export function isSettableHeader(name: string): boolean {
  return HEADER_NAME.test(name) && !NOT_OURS.has(name.toLowerCase());
}
