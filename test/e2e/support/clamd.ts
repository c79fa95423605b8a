/** A real clamd from packages of Debian, with one signature of its own: that of the EICAR test file. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findPort } from "./find-port.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const FOLDER = join(ROOT, "node_modules/.cache/clamd");

/** The EICAR test file. In two pieces, so that no scanner takes this file for it. */
export const EICAR = [
  String.raw`X5O!P%@AP[4\PZX54(P^)7CC)7}`,
  "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
].join("");
/** How clamd calls what a database of one's own finds. */
export const EICAR_NAME = "Eicar-Test.UNOFFICIAL";

interface Program {
  readonly command: string;
  readonly libraries: string;
}

/** Unpacks clamd and the libraries that this machine lacks. Nothing is installed. */
export function findClamd(): Program | { readonly missing: string } {
  const script = `. "$0/test/stores/lib.sh"; fetch_debs "$1" clamav-daemon`;
  const { status, stderr, error } = spawnSync("bash", ["-c", script, ROOT, FOLDER], {
    encoding: "utf8",
    timeout: 120_000,
  });
  if (status !== 0)
    return {
      missing: `clamav-daemon of Debian cannot be unpacked. ${error?.message ?? stderr.trim().slice(-200)}`,
    };
  const libraries = globSync("root/{usr/,}lib/*-linux-gnu", { cwd: FOLDER }).map((path) =>
    join(FOLDER, path),
  );
  const [command] = globSync("root/usr/sbin/clamd", { cwd: FOLDER });
  if (command === undefined) return { missing: "the package has no clamd" };
  return { command: join(FOLDER, command), libraries: libraries.join(":") };
}

export interface Clamd {
  readonly port: number;
  readonly close: () => Promise<void>;
}

interface ClamdOptions {
  /** Of clamd.conf. */
  readonly lines: string;
  /** A free one by default. */
  readonly port?: number;
}

/** Starts it, and waits until it answers. */
export async function startClamd(
  { command, libraries }: Program,
  { lines, port: chosen }: ClamdOptions,
): Promise<Clamd> {
  const folder = mkdtempSync(join(tmpdir(), "clamd-"));
  const port = chosen ?? (await findPort());
  mkdirSync(join(folder, "database"));
  const hash = createHash("md5").update(EICAR).digest("hex");
  writeFileSync(join(folder, "database/eicar.hdb"), `${hash}:${EICAR.length}:Eicar-Test\n`);
  const own = [
    "Foreground yes",
    "TCPAddr 127.0.0.1",
    `TCPSocket ${port}`,
    `DatabaseDirectory ${join(folder, "database")}`,
    `TemporaryDirectory ${folder}`,
  ];
  writeFileSync(join(folder, "clamd.conf"), [lines, ...own, ""].join("\n"));
  const child = spawn(command, ["--config-file", join(folder, "clamd.conf")], {
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => printed.push(String(chunk)));
  await waitForPong(port, child, () => printed.join(""));
  return {
    port,
    async close() {
      if (child.exitCode === null) {
        child.kill();
        await once(child, "exit");
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function waitForPong(port: number, child: ChildProcess, printed: () => string) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until it answers
    if (await ping(port).catch(() => false)) return;
    if (Date.now() > deadline || child.exitCode !== null)
      throw new Error(`clamd does not answer: ${printed()}`);
    // oxlint-disable-next-line no-await-in-loop -- until it answers
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function ping(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  socket.write("zPING\0");
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return answer === "PONG\0";
}
