/** Checks that no token of an admin issuer is also one of another issuer. */
import type { Issuer } from "./config.ts";
import type { ErrorCollector } from "./errors.ts";
import type { Fields } from "./fields.ts";
import type { CommonFields } from "./issuer-schema.ts";

/** Checks the fields of one admin issuer. */
export function checkAdminFields(fields: Fields<CommonFields>, errors: ErrorCollector): void {
  fields.check(({ audience }) => {
    if (audience !== undefined) return;
    errors.at("audience").add("is required: admin tokens need an audience of their own");
  });
  fields.check(({ claims }) => {
    if (Object.keys(claims).length > 0) return;
    const example = 'such as claims: { role: ["admin"] }';
    errors.at("claims").add(`is required: it says which tokens are those of admins, ${example}`);
  });
  fields.check(({ userPrefix }) => {
    if (userPrefix === undefined) return;
    errors.at("userPrefix").add("must be left out: an admin token stores nothing");
  });
  fields.check(({ tokenHeader }) => {
    if (tokenHeader === undefined) return;
    const detail = "must be left out: an admin token is accepted in Authorization alone";
    errors.at("tokenHeader").add(detail);
  });
  fields.check(({ dangerouslyAcceptAnyAudience: isAnyAccepted }) => {
    if (!isAnyAccepted) return;
    const detail = "must be left out: admin tokens need an audience of their own";
    errors.at("dangerouslyAcceptAnyAudience").add(detail);
  });
}

/** Checks each admin issuer against all other issuers, in whichever order they are. */
export function checkAdminIssuers(all: readonly Issuer[], errors: ErrorCollector): void {
  for (const issuer of all) {
    if (!issuer.admin) continue;
    for (const other of all) if (other !== issuer) compare(issuer, other, errors.at(issuer.index));
  }
}

function compare(own: Issuer, other: Issuer, errors: ErrorCollector): void {
  const name = `issuers.${other.index}`;
  for (const audience of own.audiences ?? []) {
    if (!other.audiences?.includes(audience)) continue;
    errors
      .at("audience")
      .add(`"${audience}" is an audience of ${name} too: give the admin issuer one of its own`);
  }
  const sharedIss = own.issuers.find((iss) => other.issuers.includes(iss));
  if (sharedIss !== undefined && !other.audiences)
    errors
      .at("audience")
      .add(
        `cannot be told apart: ${name} accepts any audience of ${sharedIss}, and so this one. Set its audience`,
      );
  if (isSameRule(own.claims, other.claims))
    errors.at("claims").add(`must differ from that of ${name}`);
  if (
    own.kind === "shared-secret" &&
    other.kind === own.kind &&
    own.secret.name === other.secret.name
  )
    errors
      .at("secret")
      .add(`must not be that of ${name}: whoever signs tokens with it could sign admin tokens`);
}

type Rule = Issuer["claims"];

function isSameRule(a: Rule, b: Rule): boolean {
  return Object.keys(a).length > 0 && toText(a) === toText(b);
}

function toText(rule: Rule): string {
  const sorted = Object.entries(rule).map(([claim, values]) => [claim, values.toSorted()] as const);
  return JSON.stringify(sorted.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
