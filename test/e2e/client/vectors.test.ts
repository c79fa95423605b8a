import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shapeOf, type Exchange, type Exchanges } from "../support/exchange.ts";
import { recordAdmin } from "../support/record-admin.ts";
import { recordAdminUsers } from "../support/record-admin-users.ts";
import { recordAnswers } from "../support/record-answers.ts";
import { recordCredentials } from "../support/record-credentials.ts";
import { recordFailures } from "../support/record-failures.ts";
import { startFixture, type Server } from "../support/server.ts";

const FOLDER = join(import.meta.dirname, "../../vectors");
/** `RECORD=1` writes the files anew: test/vectors/README.md. */
const isRecording = process.env["RECORD"] === "1";

describe("the answers that the clients are tested with", () => {
  let server: Server;
  let today: Exchanges;
  beforeAll(async () => {
    server = await startFixture();
    today = {
      ...(await recordAnswers(server)),
      ...(await recordAdmin()),
      ...(await recordAdminUsers(server)),
      ...(await recordCredentials()),
      ...(await recordFailures()),
    };
    if (!isRecording) return;
    await mkdir(FOLDER, { recursive: true });
    for (const [name, exchange] of Object.entries(today))
      await writeFile(join(FOLDER, `${name}.json`), `${JSON.stringify(exchange, null, 2)}\n`);
  });
  afterAll(async () => server.close());

  it("are what the Worker and its store answer today, in fields, types, status and code", async () => {
    const files = (await readdir(FOLDER)).filter((name) => name.endsWith(".json"));
    const recorded = await Promise.all(
      files.map(async (file) => {
        const exchange = JSON.parse(await readFile(join(FOLDER, file), "utf8")) as Exchange;
        return [file.replace(/\.json$/, ""), shapeOf(exchange)] as const;
      }),
    );
    const shapes = Object.entries(today).map(([name, one]) => [name, shapeOf(one)] as const);
    expect(Object.fromEntries(recorded)).toEqual(Object.fromEntries(shapes));
  });

  it("have one of each code of a problem under its own name", () => {
    const codes = Object.entries(today).flatMap(([name, { answer }]) => {
      const { code } = (answer.body ?? {}) as { readonly code?: string };
      return code === undefined ? [] : [[name, code] as const];
    });
    for (const [name] of codes) expect(name).toMatch(/^problem-/);
    expect(new Set(codes.map(([, code]) => code)).size).toBe(25);
  });
});
