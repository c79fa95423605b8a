import { expect, it } from "vitest";
import { ceph } from "../../src/define.ts";
import { examine } from "../e2e/support/run-doctor.ts";
import { PEER_ENV, peer, videoOn } from "./peer.ts";

it("finds the holes of Ceph 16 by name", async () => {
  const { bad, verdictOf } = await examine(videoOn(ceph(peer)), PEER_ENV);
  const holes = ["copy-source", "unsigned-metadata", "unsigned-acl", "metadata-alias"];
  expect(bad).toEqual(expect.arrayContaining(holes));
  // A part whose length is signed is refused; an empty one becomes a copy.
  expect(verdictOf("copy-source-on-part")).toBe("note");
  const empty = videoOn(ceph(peer), { minBytes: 0 });
  expect((await examine(empty, PEER_ENV)).bad).toContain("copy-source-on-part");
  expect(verdictOf("region")).toBe("note");
  expect(verdictOf("checksum-md5")).toBe("good");
  expect(verdictOf("checksum-sha256")).toBe("note");
  expect(verdictOf("conditional-complete")).toBe("note");
});

it("finds what Ceph 16 does refuse", async () => {
  const { verdictOf } = await examine(videoOn(ceph(peer)), PEER_ENV);
  const kept = [
    "longer-body",
    "shorter-body",
    "other-type",
    "chunked-body",
    "second-write",
    "writes-at-once",
    "longer-part",
    "chunked-part",
  ] as const;
  expect(kept.map(verdictOf)).toEqual(kept.map(() => "good"));
  expect(verdictOf("expired-ticket")).toBe("good");
});

it("finds that a form stores what it was signed for, and nothing else", async () => {
  const forms = { overwrite: true, postForm: true };
  const { verdictOf, left, row } = await examine(videoOn(ceph(peer), forms), PEER_ENV);
  expect(row).toContain("    postForms: true,");
  expect(verdictOf("post-form")).toBe("good");
  expect(left).toEqual([]);
});

it("catches a row that promises what Ceph keeps from version 20 on", async () => {
  const capabilities = { checksums: { sha256: "enforced" } } as const;
  const { bad, setting } = await examine(videoOn(ceph({ ...peer, capabilities })), PEER_ENV);
  expect(bad).toContain("checksum-sha256");
  expect(setting).toMatchObject({ capabilities: { checksums: { sha256: "ignored" } } });
});
