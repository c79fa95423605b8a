import { expect, it } from "vitest";
import { writeEvent } from "../../../src/audit/event.ts";

it.for([
  [{ key: "sync/alice/a.png" }, "sync/alice/a.png"],
  [{ prefix: "sync/alice/" }, "sync/alice/"],
  [{}, undefined],
] as const)("the subject of an event about %j is %s", ([about, subject]) => {
  const event = writeEvent(
    { type: "credentials.issued", ...about },
    { source: "edge-presigner", id: "1", atMs: 0 },
  );
  expect((JSON.parse(event) as { subject?: string }).subject).toBe(subject);
});
