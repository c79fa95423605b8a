import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { describe, expect, it } from "vitest";
import { usesOf } from "../../../cli/setup/bucket-use.ts";
import { corsRuleOf } from "../../../cli/setup/cors.ts";
import development from "../../../dev/presigner.config.ts";
import { compileConfig } from "../../../src/config/compile.ts";
import { aws } from "../../../src/define.ts";
import { SECRETS } from "../support/secrets.ts";
import { runCommand, runOnTerminal } from "../support/command.ts";
import { judgePolicy } from "../support/evaluate-policy.ts";

const GOLDEN = "test/e2e/golden/setup";
const ACCOUNT = "0123456789abcdef0123456789abcdef";

const setup = async (name: string, ...args: readonly string[]) =>
  runCommand(["setup", "--config", `${GOLDEN}/${name}.config.ts`, ...args]);

const documentSchema = z.looseObject({
  permissions: z.object({
    writer: z.looseObject({ policy: z.unknown().optional() }),
    reader: z.looseObject({ policy: z.unknown().optional() }),
  }),
  bucketPolicy: z.unknown().optional(),
});

const documentOf = async (name: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = await setup(name, ...args, "--json");
  expect(status, stderr).toBe(0);
  return documentSchema.parse(JSON.parse(stdout));
};

describe("what setup works out", () => {
  it.for([
    ["aws", []],
    ["aws-china", []],
    ["revocable", []],
    ["alibaba", []],
    ["r2", ["media-eu"]],
    ["compatible", []],
    ["aws-quarantine", []],
    ["r2-quarantine", []],
  ] as const)("is what was looked over for %s", async ([name, args]) => {
    const golden: unknown = JSON.parse(await readFile(`${GOLDEN}/${name}.json`, "utf8"));
    expect(await documentOf(name, ...args)).toEqual(golden);
  });

  it("asks the service itself, where its name begins as the bucket's does", async () => {
    const named = ["--endpoint", "https://files.acme.dev", "--format", "aws-cli"];
    const { stdout } = await setup("compatible", ...named, "--origin", "https://app.acme.dev");
    expect(stdout).toContain("--endpoint-url https://files.acme.dev ");
  });

  it.for([
    ["a policy with forms", { overwrite: true, postForm: true }, ["PUT", "POST"]],
    ["none", {}, ["PUT"]],
  ] as const)("lets pages POST to the bucket of %s", async ([, policy, methods]) => {
    const media = aws({ region: "eu-central-1", bucket: "acme" });
    const document = { ...development.policies.document, store: "media", download: false };
    const config = compileConfig(
      {
        ...development,
        stores: { media },
        policies: { document: { ...document, ...policy } },
        defaultPolicy: "document",
      },
      { ...SECRETS, MEDIA_ACCESS_KEY_ID: "a".repeat(20), MEDIA_SECRET_ACCESS_KEY: "b".repeat(40) },
    );
    const rules = await Promise.all(usesOf(config).map(async (use) => corsRuleOf(use)));
    expect(rules.map((rule) => rule?.methods)).toEqual([methods]);
  });

  it("names a store in its lines as TypeScript can read it", async () => {
    const { stdout } = await setup("r2", "media-eu", "--bucket", "elsewhere");
    expect(stdout).toContain('stores: { "media-eu": r2({');
  });

  it.for(["aws", "aws-china", "aws-quarantine"])(
    "names actions and conditions that AWS lists, in AWS's grammar: %s",
    async (name) => {
      const { permissions, bucketPolicy } = await documentOf(name);
      expect(await judgePolicy(permissions.writer.policy, "identity")).toEqual([]);
      expect(await judgePolicy(permissions.reader.policy, "identity")).toEqual([]);
      expect(await judgePolicy(bucketPolicy, "bucket")).toEqual([]);
    },
  );

  it("would be told of a condition that an action does not have", async () => {
    const invented = {
      Sid: "Invented",
      Effect: "Allow",
      Action: ["s3:GetObject"],
      Resource: ["arn:aws:s3:::media/*"],
      Condition: { StringLike: { "s3:if-none-match": "*" } },
    };
    const document = { Version: "2012-10-17", Statement: [invented] };
    expect(await judgePolicy(document, "identity")).toEqual([
      "Invented: s3:if-none-match is no key of these actions",
    ]);
  });

  it("gives the writing key no right to read, list or delete", async () => {
    const { permissions } = await documentOf("aws");
    expect(JSON.stringify(permissions.writer.policy)).not.toMatch(/s3:(Get|Delete|ListBucket|\*)/);
  });

  it("lets the writing key write what is pending alone, under quarantine", async () => {
    const { permissions } = await documentOf("aws-quarantine");
    const writer = JSON.stringify(permissions.writer.policy);
    expect(writer).toContain("acme-media/pending/checked/*");
    expect(writer).toContain("acme-media/unchecked/videos/*");
    expect(writer).not.toMatch(/acme-media\/(checked|videos)/);
  });

  it("requires the reading key under quarantine, also where it is optional otherwise", async () => {
    const isOptional = async (name: string, store: string) => {
      const { stdout } = await setup(name, store, "--json");
      const { secrets } = z
        .looseObject({ secrets: z.array(secretSchema) })
        .parse(JSON.parse(stdout));
      return secrets.find(({ name: one }) => one.endsWith("_READ_ACCESS_KEY_ID"))?.isOptional;
    };
    expect(await isOptional("r2", "media-eu")).toBe(true);
    expect(await isOptional("r2-quarantine", "media")).toBe(false);
  });

  it("has no secret in it, though the environment has them", async () => {
    const env = {
      MEDIA_ACCESS_KEY_ID: "an-id-of-mine",
      MEDIA_SECRET_ACCESS_KEY: "a-secret-of-mine",
    };
    const args = ["setup", "--config", `${GOLDEN}/aws.config.ts`];
    for (const more of [[], ["--json"]]) {
      const { status, stdout } = await runCommand([...args, ...more], env);
      expect(status).toBe(0);
      expect(stdout).not.toContain("of-mine");
    }
  });
});

describe("the commands that setup prints", () => {
  it("are ready to paste: Wrangler sends the rules on to Cloudflare", async () => {
    const { stdout } = await setup("r2", "media-eu", "--format", "wrangler");
    const received = await paste(stdout);
    const { rules } = z
      .object({ rules: z.array(corsRuleSchema).length(1) })
      .parse(received.get(`PUT /accounts/${ACCOUNT}/r2/buckets/media-eu/cors`));
    expect(rules[0]).toMatchObject({
      id: "edge-presigner",
      allowed: { origins: ["https://app.acme.dev"], methods: ["PUT", "GET", "HEAD"] },
    });
    expect(received.get(`PUT /accounts/${ACCOUNT}/r2/buckets/media-eu/lifecycle`)).toEqual({
      rules: [
        {
          id: "edge-presigner",
          enabled: true,
          conditions: { prefix: "documents/" },
          abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 8 * 86_400 } },
        },
      ],
    });
  });

  it("delete what stays in quarantine: Wrangler sends both actions of the rule on", async () => {
    const { stdout } = await setup("r2-quarantine", "--format", "wrangler");
    const received = await paste(stdout);
    const age = (days: number) => ({ condition: { type: "Age", maxAge: days * 86_400 } });
    expect(received.get(`PUT /accounts/${ACCOUNT}/r2/buckets/media/lifecycle`)).toEqual({
      rules: [
        {
          id: "edge-presigner",
          enabled: true,
          conditions: { prefix: "pending/videos/" },
          abortMultipartUploadsTransition: age(8),
          deleteObjectsTransition: age(15),
        },
      ],
    });
  });

  it("begin with the provider's own tool, and are of one with --format", async () => {
    const titlesOf = (stdout: string) => [...stdout.matchAll(/^# (\S+)/gm)].map(([, word]) => word);
    expect(titlesOf((await setup("r2", "media")).stdout)[0]).toBe("Wrangler:");
    expect(titlesOf((await setup("aws")).stdout)[0]).toBe("AWS");
    const { stdout } = await setup("aws", "--format", "aws-console");
    expect(titlesOf(stdout)).toEqual(["Console:"]);
  });
});

describe("a configuration that is still the example", () => {
  it("is completed by options, and the lines to put into it are printed", async () => {
    const { status, stdout } = await runCommand([
      "setup",
      "--provider",
      "aws",
      "--region",
      "eu-central-1",
      "--bucket",
      "acme-media",
      "--origin",
      "https://app.acme.dev",
    ]);
    expect(status).toBe(0);
    expect(stdout).toContain('origins: ["https://app.acme.dev"],');
    expect(stdout).toContain(
      'stores: { media: aws({ bucket: "acme-media", region: "eu-central-1" }) },',
    );
    expect(stdout).toContain("arn:aws:s3:::acme-media/users/*");
  });

  it("is completed by questions on a terminal, which do not take a wrong answer", () => {
    const { status, stdout } = runOnTerminal(
      ["setup", "--format", "wrangler"],
      [
        "\r",
        "not an account\r",
        `${"\u007F".repeat(14)}${ACCOUNT}\r`,
        "\r",
        "https://app.acme.dev\r",
      ],
    );
    expect(status, stdout).toBe(0);
    expect(stdout).toContain("must be the account id, 32 hexadecimal digits");
    expect(stdout).toContain(`stores: { media: r2({ account: "${ACCOUNT}", bucket: "media" }) },`);
    expect(stdout).toContain("Allows PUT from https://app.acme.dev.");
  });

  it("is refused without a terminal, with what to pass", async () => {
    expect(await runCommand(["setup"])).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("--account, --origin") as string,
    });
  });

  it("takes no option that the provider does not have", async () => {
    const args = ["setup", "--account", ACCOUNT, "--origin", "https://app.acme.dev"];
    expect(await runCommand([...args, "--region", "eu-central-1"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("stores.media.region") as string,
    });
    expect((await runCommand([...args, "--provider", "dropbox"])).stderr).toContain(
      "Use one of aws, r2,",
    );
  });
});

describe("the store that setup is for", () => {
  it("is asked for on a terminal where there are several", () => {
    const { status, stdout } = runOnTerminal(
      ["setup", "--config", `${GOLDEN}/r2.config.ts`, "--format", "wrangler"],
      ["\u001B[B\r"],
    );
    expect(status, stdout).toBe(0);
    expect(stdout).toContain('bucket "media-eu" of Cloudflare R2');
  });

  it("must be named where nobody can be asked", async () => {
    expect(await setup("r2")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("media, media-eu") as string,
    });
    expect((await setup("r2", "other")).stderr).toContain("Choose one of: media-eu, media");
  });

  it("is not the embedded one, which needs nothing", async () => {
    const { status, stderr } = await runCommand(["setup", "--config", "dev/presigner.config.ts"]);
    expect(status).toBe(2);
    expect(stderr).toContain("needs no setup");
  });
});

const secretSchema = z.looseObject({ name: z.string(), isOptional: z.boolean() });

/** Cloudflare: the body of "Put Bucket CORS Policy". */
const corsRuleSchema = z.strictObject({
  id: z.string(),
  allowed: z.strictObject({
    origins: z.array(z.string()),
    methods: z.array(z.enum(["GET", "PUT", "POST", "DELETE", "HEAD"])),
    headers: z.array(z.string()),
  }),
  exposeHeaders: z.array(z.string()),
  maxAgeSeconds: z.int().max(86_400),
});

/** Pastes what was printed into a shell, and gives what Wrangler then sends in Cloudflare's place. */
async function paste(printed: string): Promise<ReadonlyMap<string, unknown>> {
  const received = new Map<string, unknown>();
  const api = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      const name = `${request.method} ${request.url?.replace("/client/v4", "")}`;
      received.set(name, body === "" ? undefined : JSON.parse(body));
      const result = request.method === "GET" ? { rules: [] } : {};
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ success: true, errors: [], messages: [], result }));
    })();
  }).listen(0, "127.0.0.1");
  await once(api, "listening");
  const address = api.address();
  if (!address || typeof address === "string") throw new Error("There is no free port");
  const folder = await mkdtemp(join(tmpdir(), "presigner-"));
  try {
    const wrangler = join(process.cwd(), "node_modules/wrangler/bin/wrangler.js");
    const commands = printed
      .split("\n")
      .filter((line) => !line.includes("secret put"))
      .join("\n")
      .replaceAll("npx wrangler", `'${process.execPath}' '${wrangler}'`);
    const blocks = [...commands.matchAll(/^# Wrangler.*\n((?:.+\n)+)/gm)].map(([, block]) => block);
    const shell = spawn("bash", ["-e", "-c", blocks.join("\n")], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${address.port}/client/v4`,
        CLOUDFLARE_API_TOKEN: "nobody's",
        CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
        WRANGLER_SEND_METRICS: "false",
      },
    });
    const [shown] = await Promise.all([
      text(shell.stderr),
      text(shell.stdout),
      once(shell, "close"),
    ]);
    if (shell.exitCode !== 0) throw new Error(shown);
    return received;
  } finally {
    api.close();
    await rm(folder, { recursive: true });
  }
}
