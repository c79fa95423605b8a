/** Older versions of this project. None was published, so that they come from its own history. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface OlderVersion {
  readonly commit: string;
  /** Whether it can read an id that this version has sealed. */
  readonly opensNewerIds: boolean;
}

export const OLDER_VERSIONS = {
  /** With the tables and the ids of release 0.1.0. */
  "release 0.1.0": { commit: "8558321199eeb28ade7c9dd6592c9d3d9b78238a", opensNewerIds: false },
  /** Before repeated requests, queues of events, quarantine, admins and revocations. */
  "a later version": { commit: "10331d6dea28262ac326e6a083b29efdfa6eea0e", opensNewerIds: true },
} as const satisfies Readonly<Record<string, OlderVersion>>;

export const ROOT = resolve(import.meta.dirname, "../../..");
export const FIXTURE = "test/e2e/fixture/versions";

export interface CheckedOut {
  /** Where it can be bundled, with the packages of this version. */
  readonly folder: string;
  readonly remove: () => void;
}

export function checkOut({ commit }: OlderVersion): CheckedOut {
  const folder = mkdtempSync(join(tmpdir(), "presigner-version-"));
  const source = git("archive", commit, "package.json", "src", "dev");
  execFileSync("tar", ["-x", "-C", folder], { input: source });
  cpSync(join(ROOT, FIXTURE), join(folder, FIXTURE), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

/** Whether the history is there: a shallow clone, or what was unpacked from an archive, has none. */
export const HAS_HISTORY = hasHistory();

function hasHistory(): boolean {
  try {
    for (const { commit } of Object.values(OLDER_VERSIONS))
      git("cat-file", "-e", `${commit}^{commit}`);
    return true;
  } catch {
    process.stderr.write(
      "left out: the tests with older versions, as this clone does not have their commits. `git fetch --unshallow` gets them\n",
    );
    return false;
  }
}

function git(...args: readonly string[]): Buffer {
  return execFileSync("git", args, {
    cwd: ROOT,
    maxBuffer: 2 ** 27,
    stdio: ["ignore", "pipe", "ignore"],
  });
}
