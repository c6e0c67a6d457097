import { rolldown } from "rolldown";

export interface Bundle {
  readonly code: string;
  /** Files of which something is in it. */
  readonly modules: readonly string[];
}

/** One program with everything that it needs, in one file. Throws where something cannot be resolved. */
export async function bundle(program: string): Promise<Bundle> {
  const build = await rolldown({
    input: program,
    platform: "node",
    onLog: (_level, { message }) => {
      throw new Error(message);
    },
  });
  try {
    const { output } = await build.generate({
      format: "esm",
      codeSplitting: false,
      // Whose they are stands in THIRD-PARTY-LICENSES.txt.
      comments: { legal: false, annotation: false, jsdoc: false },
    });
    const [{ code, modules }, ...others] = output;
    if (others.length > 0) throw new Error(`${program} was built into more than one file`);
    const used = Object.entries(modules).filter(([, { renderedLength }]) => renderedLength > 0);
    return { code, modules: used.map(([file]) => file) };
  } finally {
    await build.close();
  }
}
