import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { IS_BUILT } from "@rollcall/runtime";
import type { FilePaths } from "./html/frame.ts";
import { printFavicon } from "./html/icons.ts";
import { SHAPES, type Shape } from "./view/words.ts";

/** A file of the page, compressed once. Its path changes with its content, so that browsers may keep it for ever. */
export interface PageFile {
  readonly path: string;
  readonly type: string;
  readonly etag: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
  readonly brotli: Uint8Array<ArrayBuffer>;
}

export interface PageFiles extends FilePaths {
  /** By path. */
  readonly byPath: ReadonlyMap<string, PageFile>;
}

/** Beside the program in a build, else beside this module. */
function read(name: string): string {
  return readFileSync(new URL(IS_BUILT ? name : `assets/${name}`, import.meta.url), "utf8");
}

function fileOf(name: string, type: string, text: string): PageFile {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const body = Uint8Array.from(Buffer.from(text));
  return {
    path: `/assets/${name.replace(/(?=\.\w+$)/, `-${hash}`)}`,
    type: `${type}; charset=utf-8`,
    etag: `"${hash}"`,
    body,
    gzip: Uint8Array.from(gzipSync(body, { level: 9 })),
    brotli: Uint8Array.from(brotliCompressSync(body)),
  };
}

let loaded: PageFiles | null = null;

/** Read when somebody first looks. */
export function pageFiles(): PageFiles {
  loaded ??= load();
  return loaded;
}

function load(): PageFiles {
  const style = fileOf("status-page.css", "text/css", read("status-page.css"));
  const script = fileOf("status-page.js", "text/javascript", read("status-page.js"));
  const icons = new Map(
    SHAPES.map((shape) => [shape, fileOf(`state-${shape}.svg`, "image/svg+xml", printFavicon(shape))]),
  );
  const all = [style, script, ...icons.values()];
  return {
    style: style.path,
    script: script.path,
    icon: (shape: Shape) => icons.get(shape)?.path ?? "",
    byPath: new Map(all.map((file) => [file.path, file])),
  };
}
