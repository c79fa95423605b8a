/** What doctor finds about temporary credentials, with the role that `setup` prints and with a role that may do too much. */
import { expect, it } from "vitest";
import { ceph } from "../../src/define.ts";
import { examine } from "../e2e/support/run-doctor.ts";
import { PEER_ENV, peer, videoOn } from "./peer.ts";

const read = (name: string) => process.env[name] ?? "";
const ENV = {
  ...PEER_ENV,
  LOCAL_SCOPED_ACCESS_KEY_ID: read("S3_SCOPED_ACCESS_KEY_ID"),
  LOCAL_SCOPED_SECRET_ACCESS_KEY: read("S3_SCOPED_SECRET_ACCESS_KEY"),
};
const NAMES = ["scoped-issue", "scoped-own", "scoped-actions", "scoped-beside"] as const;

function withCredentials(credentials: object) {
  const config = videoOn(ceph(peer));
  const sync = { store: "local", key: "sync/{user}/", credentials };
  return { ...config, policies: { ...config.policies, sync } };
}
const planned = read("S3_PLANNED_ROLE_ARN");

it.each([[["read", "write"]], [["read"]], [["write"]]])(
  "finds that credentials to %s do that and nothing else, with the role that setup prints",
  async (actions) => {
    const { verdictOf, left } = await examine(withCredentials({ actions, roleArn: planned }), ENV);
    expect(NAMES.map(verdictOf)).toEqual(NAMES.map(() => "good"));
    expect(left).toEqual([]);
  },
);

it("says how to set up a role that cannot be assumed", async () => {
  const roleArn = "arn:aws:iam:::role/none";
  const { bad, all } = await examine(withCredentials({ actions: ["read"], roleArn }), ENV);
  expect(bad).toContain("scoped-issue");
  const finding = all.find(({ name }) => name === "scoped-issue");
  expect(finding?.message).toContain('"sync" gives no credentials: AssumeRole returned 4');
  expect(finding?.fix).toContain("npx edge-presigner setup");
});
