/** Writes the files of a new project: path → text. */
import { requiredSecretsOf } from "../placeholder-secrets.ts";
import { writeConfigFile } from "./config-file.ts";
import { describeBindings } from "./describe-bindings.ts";
import type { NewProject } from "./project.ts";
import { writeReadme } from "./readme-file.ts";
import { DEPENDENCIES, DEV_DEPENDENCIES, NODE_PACKAGES, isNewEnough } from "./versions.ts";
import { writeWranglerFile } from "./wrangler-file.ts";

interface Surroundings {
  /** The data of the configuration file. */
  readonly definition: unknown;
  /** The version of the author's Node.js. */
  readonly nodeVersion: string;
  /** Returns a whole number below `limit`. */
  readonly randomBelow: (limit: number) => number;
}

export function writeProjectFiles(
  project: NewProject,
  { definition, nodeVersion, randomBelow }: Surroundings,
): Readonly<Record<string, string>> {
  const secrets = requiredSecretsOf(definition);
  const first = 10_000 + randomBelow(2_000_000_000);
  return {
    "presigner.config.ts": writeConfigFile(project),
    "src/index.ts": ENTRY,
    "wrangler.toml": writeWranglerFile(project.name, secrets, [
      first,
      first + 1,
      first + 2,
      first + 3,
    ]),
    "package.json": writePackageFile(project.name, secrets, nodeVersion),
    "tsconfig.json": TSCONFIG,
    "test/upload.test.ts": TEST,
    ".dev.vars.example": writeSecretsExample(secrets),
    "README.md": writeReadme(project.name),
    ".gitignore": GITIGNORE,
    ".github/workflows/check.yml": WORKFLOW,
  };
}

const ENTRY = `import { createPresigner } from "../gen/presigner.ts";

const presigner = createPresigner();
export default { fetch: presigner.fetch };
export class Ledger extends presigner.Ledger {}
`;

function writePackageFile(name: string, secrets: readonly string[], nodeVersion: string): string {
  const file = {
    name,
    private: true,
    type: "module",
    scripts: {
      dev: "edge-presigner dev",
      check: "edge-presigner build && wrangler types && edge-presigner check-config && tsc",
      test: "vitest run",
      build: "edge-presigner build",
      deploy: "edge-presigner deploy",
    },
    dependencies: DEPENDENCIES,
    devDependencies: DEV_DEPENDENCIES,
    ...(isNewEnough(nodeVersion) ? {} : { optionalDependencies: NODE_PACKAGES }),
    engines: { node: ">=20" },
    // npm 11 asks for each package with an install script.
    allowScripts: { esbuild: true, workerd: true },
    cloudflare: { bindings: describeBindings(secrets) },
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2024",
    "lib": ["es2024"],
    "module": "esnext",
    "moduleResolution": "bundler",
    "noEmit": true,
    "strict": true,
    "noUncheckedIndexedAccess": true,
    "verbatimModuleSyntax": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true,
    "types": ["./worker-configuration.d.ts"]
  },
  "include": ["*.ts", "src", "test", "gen"]
}
`;

const TEST = `import { startPresigner, type TestPresigner } from "edge-presigner/testing";
import { afterAll, beforeAll, expect, it } from "vitest";

let presigner: TestPresigner;
beforeAll(async () => {
  presigner = await startPresigner();
}, 60_000);
afterAll(async () => presigner.close());

it("stores an image of a user, and nothing without a token", async () => {
  const request = {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "" },
    body: JSON.stringify({ policy: "image", contentType: "image/png", size: 5 }),
  };
  expect((await fetch(\`\${presigner.url}/v1/uploads\`, request)).status).toBe(401);

  request.headers.authorization = \`Bearer \${await presigner.tokenFor("alice")}\`;
  const created = await fetch(\`\${presigner.url}/v1/uploads\`, request);
  const ticket = await created.json<{ url: string; headers: Record<string, string> }>();
  const put = await fetch(ticket.url, { method: "PUT", headers: ticket.headers, body: "hello" });
  expect(put.status).toBe(200);

  const [object] = await presigner.objects();
  expect(object?.key).toMatch(/^images\\/alice\\/.*\\.png$/);
}, 30_000);
`;

/** Cloudflare's Deploy button asks for each line of this file, and offers its value: so none has one. */
function writeSecretsExample(secrets: readonly string[]): string {
  return `# The secrets of the Worker. \`npm run dev\` makes up those that are empty.
# To set one in development, copy this file to .dev.vars. Write no value here: Cloudflare's Deploy button would use it.
${secrets.map((name) => `${name}=\n`).join("")}`;
}

const GITIGNORE = `node_modules/
.wrangler/
gen/
worker-configuration.d.ts
.dev.vars*
!.dev.vars.example
`;

const WORKFLOW = `name: Check

on:
  push:
    branches: [main]
  pull_request:

permissions:
  contents: read

jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@8e8c483db84b4bee98b60c0593521ed34d9990e8 # v6.0.1
        with:
          persist-credentials: false
      - uses: actions/setup-node@395ad3262231945c25e8478fd5baf05154b1d79f # v6.1.0
        with:
          node-version: 24
      - run: npm ci
      - run: npm run check
      - run: npm test
`;
