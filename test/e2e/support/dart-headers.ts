/**
 * The order in which Dart sends headers. `dart:io` keeps them in a `HashMap`, and sends them in the order
 * of its buckets: sdk/lib/_http/http_headers.dart, collection_patch.dart, runtime/vm/hash.h. It is
 * computed, because no Dart runs here. The test compares it with two recorded requests.
 */

/** Returns the order after these steps. A name is added; a name after a hyphen is removed. */
export function orderHeaders(steps: readonly string[]): readonly string[] {
  let buckets: string[][] = emptyBuckets(8);
  let count = 0;
  for (const step of steps) {
    const isRemoved = step.startsWith("-");
    const name = isRemoved ? step.slice(1) : step;
    const bucket = bucketOf(buckets, name);
    const index = bucket.indexOf(name);
    if (isRemoved && index >= 0) {
      bucket.splice(index, 1);
      count -= 1;
    }
    if (isRemoved || index >= 0) continue;
    bucket.unshift(name);
    count += 1;
    if (count * 4 > buckets.length * 3) buckets = grow(buckets);
  }
  return buckets.flat();
}

/** Returns the headers of a request: those that `dart:io` adds, then those of package:http. */
export function headersOfRequest(method: string, own: readonly string[]): readonly string[] {
  const usual = ["host", "accept-encoding", "user-agent"];
  const first =
    method === "GET"
      ? ["content-length", ...usual]
      : ["transfer-encoding", ...usual, "content-length", "-transfer-encoding"];
  return orderHeaders([...first, ...own]);
}

function grow(buckets: readonly (readonly string[])[]): string[][] {
  const larger = emptyBuckets(buckets.length * 2);
  for (const name of buckets.flat()) bucketOf(larger, name).unshift(name);
  return larger;
}

function emptyBuckets(count: number): string[][] {
  return Array.from({ length: count }, () => []);
}

function bucketOf(buckets: readonly string[][], name: string): string[] {
  return buckets[hash(name) & (buckets.length - 1)] ?? [];
}

/** Computes `String.hashCode` of the Dart VM: 30 bits, never 0. */
function hash(text: string): number {
  let value = 0;
  for (let index = 0; index < text.length; index += 1) {
    value = (value + text.charCodeAt(index)) >>> 0;
    value = (value + (value << 10)) >>> 0;
    value = (value ^ (value >>> 6)) >>> 0;
  }
  value = (value + (value << 3)) >>> 0;
  value = (value ^ (value >>> 11)) >>> 0;
  value = ((value + (value << 15)) >>> 0) & (2 ** 30 - 1);
  return value === 0 ? 1 : value;
}
