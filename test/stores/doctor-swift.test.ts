import { expect, it } from "vitest";
import { compatible } from "../../src/define.ts";
import { examine } from "../e2e/support/run-doctor.ts";
import { PEER_ENV, peer, videoOn } from "./peer.ts";

it("finds that Swift takes no If-None-Match, and prints the setting", async () => {
  const { bad, setting } = await examine(videoOn(compatible(peer)), PEER_ENV);
  expect(bad).toContain("put");
  expect(setting).toEqual({ capabilities: { noOverwrite: false } });
});

it("finds that Swift looks at the region, and refuses what was not signed", async () => {
  const { verdictOf } = await examine(videoOn(compatible(peer), { overwrite: true }), PEER_ENV);
  const kept = ["region", "longer-body", "unsigned-metadata", "unsigned-acl"] as const;
  expect(kept.map(verdictOf)).toEqual(kept.map(() => "good"));
  expect(verdictOf("checksum-md5")).toBe("good");
  expect(verdictOf("checksum-sha256")).toBe("note");
});

it("finds the holes of Swift 2.30 by name: underscores, chunks and another name of metadata", async () => {
  const { bad, all } = await examine(videoOn(compatible(peer), { overwrite: true }), PEER_ENV);
  const holes = [
    "copy-source",
    "copy-source-on-part",
    "chunked-body",
    "chunked-part",
    "metadata-alias",
  ] as const;
  expect(bad).toEqual(expect.arrayContaining([...holes]));
  const messageOf = (name: string) => all.find((one) => one.name === name)?.message;
  expect(messageOf("copy-source")).toContain("x_amz_copy_source");
  expect(messageOf("metadata-alias")).toContain("x-object-meta-*");
});

it("gives no advice that Swift cannot follow", async () => {
  const { all, verdictOf } = await examine(
    videoOn(compatible(peer), { overwrite: true }),
    PEER_ENV,
  );
  expect(verdictOf("readable-answer")).toBe("bad");
  expect(verdictOf("lifecycle")).toBe("note");
  for (const { name, fix } of all)
    expect(fix ?? "", name).not.toContain("npx edge-presigner setup prints");
});
