/**
 * Makes each method of a class wait for `ready` before it runs, also the inherited ones. All of them have to be
 * asynchronous.
 */
export function waitFirst(
  { prototype }: { readonly prototype: object },
  ready: () => Promise<void> | undefined,
): void {
  for (const [name, method] of methodsOf(prototype))
    Object.defineProperty(prototype, name, {
      value: async function wait(this: object, ...values: unknown[]): Promise<unknown> {
        await ready();
        return Reflect.apply(method, this, values);
      },
    });
}

type Method = (...values: unknown[]) => unknown;

/** Returns the nearest method of each name. */
function methodsOf(prototype: object): ReadonlyMap<string, Method> {
  const parent = Reflect.getPrototypeOf(prototype);
  return new Map([
    ...(parent && parent !== Object.prototype ? methodsOf(parent) : []),
    ...Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, { value }]) =>
      isMethod(value) && name !== "constructor" ? [[name, value] as const] : [],
    ),
  ]);
}

function isMethod(value: unknown): value is Method {
  return typeof value === "function";
}
