/** docs/operations.md and docs/metrics.md, and what the Worker writes: the same in both. */
import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PAGES, fillPage } from "../../../operations/fill-page.ts";
import { makeDashboard } from "../../../operations/make-dashboard.ts";
import { ALERTS, COLUMNS, PANELS, QUERIES } from "../../../operations/queries.ts";
import { makeAuditSchema } from "../../../operations/write-audit.ts";
import { LEVELS } from "../../../src/events.ts";
import { createMeter, type Point } from "../../../src/meter.ts";
import { PROBLEMS } from "../../../src/problem.ts";

const readPage = (name: string) => readFileSync(`docs/${name}`, "utf8");
const sources = globSync("src/**/*.ts")
  .filter((file) => file !== "src/events.ts")
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");

describe("what npm run operations writes", () => {
  it.for(["operations.md", "metrics.md", "audit.md"] as const)("is current: %s", (name) => {
    expect(Object.keys(PAGES)).toContain(name);
    expect(readPage(name)).toBe(fillPage(name, readPage(name)));
  });

  it("is current: the schema of the audit", () => {
    expect(JSON.parse(readPage("audit-event.schema.json"))).toEqual(makeAuditSchema());
  });

  it("is current: the dashboard", () => {
    expect(JSON.parse(readPage("grafana-dashboard.json"))).toEqual(makeDashboard());
  });
});

describe("docs/operations.md", () => {
  it.for(Object.keys(LEVELS))("has an event that something logs: %s", (name) => {
    expect(readPage("operations.md")).toContain(`\n#### ${name}\n`);
    expect(sources).toContain(`"${name}"`);
  });

  it.for(["lifecycle.md", "configuration.md", "bucket-events.md", "embedding.md"])(
    "is not contradicted: %s names no event that there is not",
    (name) => {
      const named = readPage(name).match(/`[a-z]+-(failed|refused|dropped|settled|sent|issued)`/g);
      const unknown = (named ?? []).filter(
        (one) => !Object.hasOwn({ ...LEVELS, ...PROBLEMS }, one.slice(1, -1)),
      );
      expect(unknown).toEqual([]);
    },
  );
});

describe("docs/metrics.md", () => {
  const ALL = [...QUERIES, ...PANELS, ...ALERTS];
  /** Of Cloudflare's reference of the SQL of Workers Analytics Engine. */
  const FUNCTIONS = new Set(["SUM", "sumIf", "max", "quantileExactWeighted", "NOW"]);
  const KINDS: Readonly<Record<Point["kind"], true>> = {
    ticket: true,
    refusal: true,
    settled: true,
    check: true,
    scan: true,
    webhook: true,
    ledger: true,
  };

  it("has the columns in the order in which they are written", () => {
    const written: { indexes: string[]; blobs: string[]; doubles: number[] }[] = [];
    const meter = createMeter(
      { writeDataPoint: (point) => void written.push(point) },
      { deployment: "deployment", log: () => undefined },
    );
    const columns = { policy: "policy", store: "store", outcome: "outcome", detail: "detail" };
    const numbers = { bytes: 1, ms: 2, attempts: 3 };
    meter?.({ kind: "kind", ...columns, ...numbers } as unknown as Point);
    const [point] = written;
    const values = [
      ...(point?.blobs.map((value, index) => [`blob${index + 1}`, value]) ?? []),
      ...(point?.doubles.map((value, index) => [`double${index + 1}`, value]) ?? []),
    ];
    const meant = COLUMNS.slice(1).map(([column, name]) => [
      column,
      Object.entries(numbers).find(([one]) => one === name)?.[1] ?? name,
    ]);
    expect(values).toEqual(meant);
  });

  it.for(ALL)("asks for what there is: $sql", ({ sql }) => {
    const columns = new Set<string>(COLUMNS.map(([column]) => column));
    const used = sql.match(/\b(index|blob|double)\d+\b/g) ?? [];
    expect(used.filter((column) => !columns.has(column))).toEqual([]);
    const called = [...sql.matchAll(/\b([A-Za-z]+)\(/g)].map(([, name]) => name);
    expect(called.filter((name) => !FUNCTIONS.has(name ?? ""))).toEqual([]);
    const kinds = [...sql.matchAll(/blob1 = '(\w+)'/g)].map(([, kind]) => kind);
    expect(kinds.filter((kind) => !Object.hasOwn(KINDS, kind ?? ""))).toEqual([]);
    // Without a lower bound the API refuses some, and reads three months for others.
    expect(sql).toMatch(/timestamp > NOW\(\) - INTERVAL '\d+' (MINUTE|HOUR|DAY)|\$timeFilter/);
    const codes = [...sql.matchAll(/'([a-z]+-[a-z]+|internal|misconfigured|unauthenticated)'/g)];
    for (const [, code] of codes) expect(Object.keys(PROBLEMS)).toContain(code);
  });

  it.for(ALERTS)("sends whoever is woken up by $name to an event", ({ event }) => {
    expect(Object.keys(LEVELS)).toContain(event);
  });
});
