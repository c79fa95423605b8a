/** Finds what a valid configuration gives up: each is allowed, and each should be meant. */
import { isActive } from "../src/grant/content-type.ts";
import type { Config, Policy } from "../src/config/config.ts";
import type { ConfigError } from "../src/config/errors.ts";

const AN_HOUR = 3600;
const A_DAY = 86_400;

/** Returns the warnings: where, what it means, and what to do. */
export function findWarnings(config: Config): readonly ConfigError[] {
  return [
    ...[...config.origins].flatMap(warnOfOrigin),
    ...config.issuers.flatMap((issuer) =>
      issuer.dangerouslyAcceptAnyAudience
        ? [
            {
              path: `issuers.${issuer.index}.dangerouslyAcceptAnyAudience`,
              detail:
                "accepts tokens that were issued for any other application: set audience or claims in its place",
            },
          ]
        : [],
    ),
    ...warnOfSessions(config),
    ...[...config.policies.values()].flatMap((policy) =>
      warningsOf(policy).map(([field, detail]) => ({
        path: `policies.${policy.name}.${field}`,
        detail,
      })),
    ),
  ];
}

function warnOfSessions({ issuers }: Config): readonly ConfigError[] {
  if (issuers.length > 0) return [];
  const detail =
    "are left out: every answer is 503, unless createPresigner has the hook authenticate";
  return [{ path: "issuers", detail }];
}

/** A valid http origin has a loopback host. `https://localhost` and `capacitor://localhost` are those of apps. */
function warnOfOrigin(origin: string): readonly ConfigError[] {
  if (!origin.startsWith("http://")) return [];
  const detail = `lets whatever runs on a user's own computer at ${origin} use the tokens of its pages: remove it from production, unless it is an app's own origin`;
  return [{ path: "origins", detail }];
}

type Warning = readonly [field: string, detail: string];

function warningsOf(policy: Policy): readonly Warning[] {
  return [...warnOfTypes(policy), ...warnOfTimes(policy), ...warnOfRights(policy)];
}

function* warnOfTypes({ types }: Policy): Generator<Warning> {
  if (types.includes("*/*"))
    yield [
      "types",
      'has "*/*", which allows unknown types too, and only known ones that a browser runs are left out: list the types that you need',
    ];
  const active = types.filter(isActive);
  if (active.length > 0)
    yield [
      "types",
      `has ${active.join(", ")}, which a browser runs: whoever opens such a file runs a program of the uploader. Remove it, or serve the bucket from another site than your app's`,
    ];
}

function* warnOfTimes({ expiresIn, backgroundExpiresIn, overwrite }: Policy): Generator<Warning> {
  if (expiresIn > AN_HOUR)
    yield [
      "expiresIn",
      `is ${describeSeconds(expiresIn)}: whoever finds a ticket can use it for so long, and nobody can revoke it. Use minutes, and backgroundExpiresIn for uploads while an app sleeps`,
    ];
  if (backgroundExpiresIn === undefined) return;
  if (backgroundExpiresIn > A_DAY)
    yield [
      "backgroundExpiresIn",
      `is ${describeSeconds(backgroundExpiresIn)}: whoever finds a ticket can use it for so long, and nobody can revoke it. A day is enough for most apps`,
    ];
  if (overwrite)
    yield [
      "overwrite",
      `lets a ticket replace the object again and again, for ${describeSeconds(backgroundExpiresIn)} with backgroundExpiresIn: remove one of the two`,
    ];
}

function* warnOfRights({ shared, delete: isDeleteAllowed, size }: Policy): Generator<Warning> {
  if (shared && isDeleteAllowed)
    yield [
      "delete",
      "lets every caller delete what the others sent, as the policy is shared: remove it, or add {user} to the key in place of shared",
    ];
  if (size === "optional")
    yield [
      "size",
      'is "optional": without a size nothing limits what a ticket stores. Use "required", unless your clients cannot know the size',
    ];
}

function describeSeconds(seconds: number): string {
  const [least, unit] = seconds >= A_DAY ? [A_DAY, "days"] : [AN_HOUR, "hours"];
  const amount = Math.round((seconds / least) * 10) / 10;
  return amount === 1 ? `1 ${unit.slice(0, -1)}` : `${amount} ${unit}`;
}
