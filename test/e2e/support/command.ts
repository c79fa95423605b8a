/** The command line itself, as a shell runs it. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { vi } from "vitest";
import { runProgram } from "../../../cli/program.ts";

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input. */
  readonly input?: string;
}

/** Runs the command in this process, without a terminal: one after the other, as they share its output. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = "",
): Promise<Ran> {
  const run = previous.then(async () => runHere(args, { env, input }));
  previous = run.catch(() => undefined);
  return run;
}

let previous: Promise<unknown> = Promise.resolve();

async function runHere(
  args: readonly string[],
  { env = {}, input = "" }: RunOptions,
): Promise<Ran> {
  const written = { stdout: "", stderr: "" };
  const kept = { ...process.env };
  const keptCode = process.exitCode;
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((chunk: string | Uint8Array, ...rest) => {
      written[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      const done = rest.find((one) => typeof one === "function");
      if (typeof done === "function") done();
      return true;
    }),
  );
  const stdin = vi
    .spyOn(process, "stdin", "get")
    .mockReturnValue(Readable.from([Buffer.from(input)]) as typeof process.stdin);
  Object.assign(process.env, env);
  process.exitCode = undefined;
  try {
    await runProgram(args);
    return { status: exitCode(), ...written };
  } finally {
    for (const spy of [...spies, stdin]) spy.mockRestore();
    for (const name of Object.keys(process.env)) if (!(name in kept)) delete process.env[name];
    Object.assign(process.env, kept);
    process.exitCode = keptCode;
  }
}

const exitCode = (): number => Number(process.exitCode ?? 0);

/** Runs the command as a process of its own, without a terminal. */
export async function spawnCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const child = spawn(process.execPath, ["cli/main.ts", ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { status: child.exitCode, stdout, stderr };
}

/** Python has pseudo terminals, Node has none. It sends each answer when the screen is quiet. */
const TERMINAL = `
import fcntl, json, os, pty, select, struct, sys, termios, time
argv, answers = json.loads(sys.argv[1]), json.loads(sys.argv[2])
pid, fd = pty.fork()
if pid == 0:
    os.execvp(argv[0], argv)
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
shown, deadline, quiet_since = False, time.time() + 50, time.time()
while time.time() < deadline:
    ready, _, _ = select.select([fd], [], [], 0.1)
    if ready:
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        sys.stdout.buffer.write(data)
        shown, quiet_since = True, time.time()
    elif shown and answers and time.time() - quiet_since > 0.5:
        os.write(fd, answers.pop(0).encode())
        quiet_since = time.time()
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** On a terminal, with these answers; what the screen showed, without its escapes. */
export function runOnTerminal(
  args: readonly string[],
  answers: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Pick<Ran, "status" | "stdout"> {
  const argv = [process.execPath, "cli/main.ts", ...args];
  const { status, stdout, stderr, error } = spawnSync(
    "python3",
    ["-c", TERMINAL, JSON.stringify(argv), JSON.stringify(answers)],
    { encoding: "utf8", env: { ...process.env, ...env, TERM: "xterm" } },
  );
  if (error || stderr !== "")
    throw new Error(`No terminal (python3 is needed): ${error?.message ?? stderr}`);
  // oxlint-disable-next-line no-control-regex -- these are what a terminal is told with
  return { status, stdout: stdout.replaceAll(/\u001B\[[0-9;?]*[A-Za-z]/g, "") };
}
