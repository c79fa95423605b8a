import type { Template } from "../key/template.ts";
import type { Store } from "../store/store.ts";
import type { Quota } from "./policy-schema.ts";

/** Where the keys of a policy are, and what it allows there. */
export interface KeySpace {
  readonly name: string;
  readonly stores: ReadonlyMap<string, Store>;
  readonly template: Template;
  /** All keys under the template, which credentials reach. */
  readonly isPrefix?: boolean;
  readonly download: boolean;
  readonly delete: boolean;
  readonly overwrite: boolean;
  /** Where it counts objects, no other policy may store or delete them. */
  readonly quota?: Quota | undefined;
  /** Its files are first under this prefix, which is that of no key. */
  readonly quarantine?: { readonly prefix: string } | undefined;
}
