/** Puts the alias in place of the upstream's name, where the endpoint says that it stands and nowhere else. */
export interface ModelNameRewriter {
  /** What goes out now, in parts, so that whoever writes it copies it once. */
  push(bytes: Buffer): Buffer[];
  /** What is left at the end. */
  flush(): Buffer;
}
