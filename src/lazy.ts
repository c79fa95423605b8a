/** Returns a function that makes the value at its first call: a new isolate pays only for what it uses. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
