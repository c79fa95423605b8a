/** Two Workers: an app that mounts the service, and one that calls it by service bindings. */
import { createTestHarness } from "wrangler";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import { CREDENTIALS_SECRETS } from "./record-credentials.ts";

process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
process.env["WRANGLER_SEND_METRICS"] = "false";

type Fields = Readonly<Record<string, unknown>>;

export interface Embedding {
  readonly url: string;
  /** Calls a method by one of the bindings, with the origin of the development server. */
  readonly call: (
    binding: string,
    method: string,
    argument: Fields,
  ) => Promise<Record<string, unknown>>;
  readonly readLog: () => readonly string[];
  readonly close: () => Promise<void>;
}

export async function startEmbedding(): Promise<Embedding> {
  const folder = "./test/e2e/fixture/embedding";
  const harness = createTestHarness({
    workers: [
      { configPath: `${folder}/web/wrangler.toml` },
      {
        configPath: `${folder}/api/wrangler.toml`,
        vars: { ...DEVELOPMENT_SECRETS, ...CREDENTIALS_SECRETS },
      },
    ],
  });
  const { origin } = (await harness.listen()).url;
  return {
    url: origin,
    call: async (binding, method, argument) => {
      const body = JSON.stringify({ binding, method, argument: { origin, ...argument } });
      const response = await fetch(`${origin}/call`, { method: "POST", body });
      const text = await response.text();
      if (!response.ok) throw new Error(`The call threw: ${text}`);
      return JSON.parse(text) as Record<string, unknown>;
    },
    readLog: () => harness.getLogs().map(({ message }) => message),
    close: async () => harness.close(),
  };
}
