/** The fields of a schema as a flat list, as a reader wants them: `quota.uploads.limit`. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

interface Components {
  readonly schemas?: Readonly<Record<string, unknown>>;
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

/** What has a page of its own is not repeated inside of others. */
const NAMED = new Set(["Ticket", "SinglePartTicket", "MultipartTicket", "Problem"]);

/** Returns the forms that a value can have: one, or each of a union. */
export function findVariants(
  schema: Schema,
  components: Components,
): readonly { readonly name: string; readonly schema: Schema }[] {
  const resolved = resolve(schema, components);
  const { anyOf } = resolved;
  if (anyOf) return anyOf.flatMap((one) => findVariants(one, components));
  return [{ name: nameOf(schema) ?? "Fields", schema: resolved }];
}

/** Returns the fields, and those inside of them. */
export function listFields(schema: Schema, components: Components, prefix = ""): readonly Field[] {
  const { properties = {}, required = [], items } = resolve(schema, components);
  if (items && prefix === "") return listFields(items, components, "[].");
  return Object.entries(properties).flatMap(([name, field]) => {
    const own = {
      name: prefix + name,
      type: describeType(field, components),
      isRequired: required.includes(name),
      description: field.description ?? "",
    };
    return [own, ...listInner(field, components, prefix + name)];
  });
}

function listInner(field: Schema, components: Components, name: string): readonly Field[] {
  const isElsewhere = (schema: Schema) => NAMED.has(nameOf(schema) ?? "");
  if (isElsewhere(field)) return [];
  const { items, anyOf, properties } = resolve(field, components);
  if (properties) return listFields(field, components, `${name}.`);
  if (anyOf) return anyOf.flatMap((one) => listInner(one, components, name));
  if (!items || isElsewhere(items)) return [];
  const { anyOf: kinds = [items] } = resolve(items, components);
  const seen = new Set<string>();
  return kinds
    .flatMap((kind) => listFields(kind, components, `${name}[].`))
    .filter((inner) => !seen.has(inner.name) && seen.add(inner.name));
}

function describeType(field: Schema, components: Components): string {
  const name = nameOf(field);
  if (name !== undefined && NAMED.has(name)) return name;
  const resolved = resolve(field, components);
  const { type, enum: values, items, anyOf, maxLength, maxItems } = resolved;
  if (resolved.const !== undefined) return JSON.stringify(resolved.const);
  const preset =
    resolved.default === undefined ? "" : `, default ${JSON.stringify(resolved.default)}`;
  if (values) return values.join(", ") + preset;
  if (anyOf) return anyOf.map((one) => describeType(one, components)).join(" or ");
  if (items) return `list${maxItems === undefined ? "" : ` of at most ${maxItems}`}`;
  const kind = [type ?? "any"].flat().join(" or ");
  return kind + (maxLength === undefined ? "" : `, at most ${maxLength}`) + preset;
}

function nameOf({ $ref }: Schema): string | undefined {
  return $ref?.split("/").at(-1);
}

function resolve(schema: Schema, { schemas = {} }: Components): Schema {
  const name = nameOf(schema);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of a schema that is read here
  return name === undefined ? schema : (schemas[name] as Schema);
}
