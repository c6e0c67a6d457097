/** Changes the bytes of one answer on their way, fed with pieces as they come. */
export interface Transform {
  /** What may go out now, in parts, so that whoever writes it copies it once. */
  push(bytes: Buffer): readonly Buffer[];
  /** What was held back, at the end; empty where nothing was. */
  flush(): Buffer;
}

/** One that can also be given a whole answer at once, which costs less; then nothing else is pushed. */
export interface BodyTransform extends Transform {
  rewriteWhole(body: Buffer): readonly Buffer[];
}

/** Through all of them, in order. */
export function transformAll(transforms: readonly Transform[], bytes: Buffer): readonly Buffer[] {
  const [only] = transforms;
  if (transforms.length === 1 && only !== undefined) return only.push(bytes);
  return transforms.reduce<readonly Buffer[]>(
    (parts, transform) => parts.flatMap((part) => transform.push(part)),
    [bytes],
  );
}

/** The same for a whole answer. */
export function transformWhole(transforms: readonly BodyTransform[], body: Buffer): readonly Buffer[] {
  let parts: readonly Buffer[] = [body];
  for (const transform of transforms) parts = transform.rewriteWhole(joined(parts));
  return parts;
}

/** What all of them held back. What one lets go still passes through those behind it. */
export function flushAll(transforms: readonly Transform[]): readonly Buffer[] {
  return transforms.reduce<readonly Buffer[]>((parts, transform) => {
    const passed = parts.flatMap((part) => transform.push(part));
    const rest = transform.flush();
    return rest.length === 0 ? passed : [...passed, rest];
  }, []);
}

/** In one piece; copied only where there are more. */
export function joined(parts: readonly Buffer[]): Buffer {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}
