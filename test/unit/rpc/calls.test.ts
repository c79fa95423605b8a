import { describe, expect, it } from "vitest";
import {
  callCompleteBatch,
  callCreateDownload,
  callCreateUpload,
  callListPolicies,
} from "../../../src/rpc/calls.ts";
import { CONFIG, startWorker } from "../support/start-worker.ts";

const PROPS = {
  issuer: "https://backend.example.com",
  policies: ["photo", "document", "page"],
  actions: ["upload", "download"],
};

const start = () => {
  const page = { ...CONFIG.policies.page, download: true };
  const config = { ...CONFIG, policies: { ...CONFIG.policies, page } };
  return startWorker({ config }).worker.getService();
};

describe("a call of another Worker, in production", () => {
  it("needs no origin to upload", async () => {
    const call = { user: "alice", policy: "photo", contentType: "image/png", size: 5 };
    expect(await callCreateUpload(start(), PROPS, call)).toMatchObject({
      key: expect.stringMatching(/^photos\/alice\//) as string,
      url: expect.stringMatching(/^https:\/\/acme-media\.s3\./) as string,
    });
  });

  it("needs no origin to download", async () => {
    const key = "pages/alice/2026/11/22/00000000-0000-4000-8000-000000000001.html";
    const call = { user: "alice", policy: "page", key };
    expect(await callCreateDownload(start(), PROPS, call)).toMatchObject({
      url: expect.stringMatching(/^https:\/\/acme-media\.s3\./) as string,
    });
  });

  it.for([
    [{ country: "DE", isEUCountry: "1" }, "acme-europe"],
    [{ country: "KR" }, "acme-media"],
    [undefined, "acme-media"],
  ])("goes to the store of the region of its user: %j", async ([cf, bucket]) => {
    const call = {
      user: "alice",
      policy: "document",
      filename: "a.txt",
      contentType: "text/plain",
    };
    const { url } = await callCreateUpload(start(), PROPS, { ...call, size: 5, cf });
    expect(url).toContain(bucket);
  });

  it("lists the policies that the binding and the claims leave", async () => {
    const names = async (claims: object) => {
      const { policies } = await callListPolicies(start(), PROPS, { user: "alice", claims });
      return (policies as { name: string }[]).map(({ name }) => name);
    };
    expect(await names({})).toEqual(["photo", "document", "page"]);
    expect(await names({ policies: ["page", "draft"] })).toEqual(["page"]);
    expect(await names({ actions: ["download", "delete"] })).toEqual(["page"]);
    const sised = callListPolicies(start(), PROPS, { user: "alice", sise: 5 });
    await expect(sised).rejects.toMatchObject({ code: "invalid-request" });
  });

  it("completes a batch, each upload with the rights of the binding", async () => {
    const call = { user: "alice", ids: ["x", "y"] };
    const problem = { status: 404, problem: { code: "upload-not-found", status: 404 } };
    expect(await callCompleteBatch(start(), PROPS, call)).toMatchObject({
      results: [problem, problem],
    });
    const reader = { ...PROPS, actions: ["download"] };
    await expect(callCompleteBatch(start(), reader, call)).rejects.toMatchObject({
      code: "forbidden",
    });
    const twice = callCompleteBatch(start(), PROPS, { ...call, ids: ["x", "x"] });
    await expect(twice).rejects.toMatchObject({ code: "invalid-request" });
  });
});
