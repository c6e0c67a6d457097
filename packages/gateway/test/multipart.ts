/** One part as a client writes it: its header lines and its content. */
export interface WrittenPart {
  readonly head: readonly string[];
  readonly content: Buffer;
}

export function field(name: string, content: string | Buffer): WrittenPart {
  return { head: [`Content-Disposition: form-data; name="${name}"`], content: Buffer.from(content) };
}

export function file(name: string, content: Buffer, type = "audio/wav"): WrittenPart {
  const disposition = `Content-Disposition: form-data; name="${name}"; filename="speech.wav"`;
  return { head: [disposition, `Content-Type: ${type}`], content };
}

/** A multipart/form-data body. */
export function multipart(boundary: string, parts: readonly WrittenPart[], end = "--\r\n"): Buffer {
  const pieces = parts.flatMap(({ head, content }) => [
    Buffer.from(`--${boundary}\r\n${head.join("\r\n")}\r\n\r\n`),
    content,
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}${end}`)]);
}
