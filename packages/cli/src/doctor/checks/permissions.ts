import path from "node:path";
import { REASONS } from "@rollcall/contract";
import { MASTER_KEY, readConfigFiles, secretPath, secretRefsOf, STANDARD_INPUT } from "@rollcall/runtime";
import type { Check } from "../check.ts";
import { fails, fine, warns, type Finding } from "../finding.ts";
import type { Site } from "../site.ts";
import { statsOf } from "../stats-of.ts";

/** A file as its directory shows it. */
export interface FilePermissions {
  readonly path: string;
  readonly holdsKeys: boolean;
  /** As `stat` gives it; null where it is not there, or not for this user. */
  readonly mode: number | null;
}

interface PermissionFacts {
  readonly files: readonly FilePermissions[];
  /** Secrets that cannot be read: place in the config, why. */
  readonly unread: ReadonlyMap<string, string>;
  /** Alone on its machine, so that "everyone" is nobody else. */
  readonly inContainer: boolean;
  /** As whom this command runs; null where there are no users. */
  readonly uid: number | null;
  /** As whom each running daemon does. */
  readonly daemons: readonly { readonly name: string; readonly uid: number }[];
}

const OTHERS_READ = 0o004;
const OTHERS_WRITE = 0o002;

/** Who may read and change what the daemons read, and can they? */
export const permissionsCheck: Check<PermissionFacts> = {
  name: "permissions",
  gather: (site) => ({
    files: filesOf(site).map(([file, holdsKeys]) => ({
      path: file,
      holdsKeys,
      mode: statsOf(file)?.mode ?? null,
    })),
    unread: site.secrets.problems,
    inContainer: site.inContainer,
    uid: process.getuid?.() ?? null,
    daemons: site.processes,
  }),
  judge({ files, unread, inContainer, uid, daemons }) {
    const said = files.flatMap((file) => judgeFile(file, inContainer));
    const missing = [...unread].map(([where, problem]) => fails(where, problem, remedyOf(where)));
    const others = daemons.filter((daemon) => uid !== null && daemon.uid !== uid).map(otherUser);
    const all = [...said, ...missing, ...others];
    return all.length > 0 ? all : [fine("files", `${files.length} can be read, and changed by nobody else`)];
  },
};

function judgeFile({ path: file, holdsKeys, mode }: FilePermissions, inContainer: boolean): Finding[] {
  if (mode === null) return [];
  if ((mode & OTHERS_WRITE) !== 0)
    return [fails(file, "can be changed by everyone on this machine", `chmod o-w ${file}`)];
  if (holdsKeys && !inContainer && (mode & OTHERS_READ) !== 0)
    return [warns(file, "holds keys and can be read by everyone on this machine", `chmod o-r ${file}`)];
  return [];
}

function remedyOf(where: string): string {
  return where === MASTER_KEY
    ? "Set the variable or put the file in place: without it the gateway does not start."
    : REASONS.key_missing.fix;
}

function otherUser({ name, uid }: { readonly name: string; readonly uid: number }): Finding {
  return warns(
    name,
    `runs as user ${uid}, and this command does not: what it can read the ${name} may not`,
    `Run it as that user: sudo -u '#${uid}' rollcall doctor`,
  );
}

/** All files that the daemons read, and whether keys stand in them. */
function filesOf({ configFile, config, env }: Site): readonly (readonly [string, boolean])[] {
  if (configFile === STANDARD_INPUT) return [];
  const directory = path.dirname(path.resolve(configFile));
  const { texts, named } = readConfigFiles(configFile);
  const refs = [...secretRefsOf(config)];
  const hasLiterals = refs.some(([, { from }]) => from === "literal");
  const keyFiles = refs.flatMap(([where, ref]) => {
    // Certificates are PEM, too, and no secret.
    const isKey = ref.from === "file" || (ref.from === "pem" && where.endsWith(".client_key"));
    const file = isKey ? secretPath(ref.path, { env, directory }) : null;
    return file === null ? [] : [file];
  });
  return [
    ...[texts.main, ...texts.included].map(({ file }) => [file, hasLiterals] as const),
    ...(named.envFile === null ? [] : [[path.resolve(directory, named.envFile), true] as const]),
    ...[...new Set(keyFiles)].map((file) => [file, true] as const),
  ];
}
