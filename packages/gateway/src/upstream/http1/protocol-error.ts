/** What a backend sent is no HTTP/1.1 answer. A value, never thrown; the message says what was found, without its text. */
export class ProtocolError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}
