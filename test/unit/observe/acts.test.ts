import { describe, expect, it } from "vitest";
import { actsOf } from "../../../src/observe/acts.ts";
import { Observation } from "../../../src/observe/observation.ts";
import { ownerOf } from "../../../src/grant/owner.ts";
import type { ProblemCode } from "../../../src/problem.ts";

const REQUEST = { requestId: "r", method: "POST", route: "/v1/uploads" };

/** Of a request of alice. */
function observe(code: ProblemCode | "ok"): Observation {
  const observation = new Observation({ now: () => 0, isLogged: false, trace: undefined });
  observation.isBy(ownerOf("https://backend.example.com", "alice"));
  observation.code = code;
  observation.acts.push({ type: "upload.refused", policy: "photo" });
  return observation;
}

describe("what a request did", () => {
  it.for(["unauthenticated", "not-admin", "revoked"] as const)(
    "is nothing but a refused identity if that is %s",
    (code) => {
      expect(actsOf(observe(code), REQUEST)).toMatchObject([
        { type: "identity.refused", code, user: "alice", ...REQUEST },
      ]);
    },
  );

  it.for(["ok", "forbidden"] as const)("is each act, if the request ends as %s", (code) => {
    const [act, ...others] = actsOf(observe(code), REQUEST);
    expect(others).toEqual([]);
    expect(act).toMatchObject({ type: "upload.refused", policy: "photo", user: "alice" });
    expect(act).not.toHaveProperty("route");
  });
});
