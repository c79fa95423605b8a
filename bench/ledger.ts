/** Measures uploads with a quota: what a reservation costs as the pending uploads of its caller grow. */
import { encode } from "./connection.ts";
import { CONNECTIONS } from "./load.ts";
import { progress } from "./progress.ts";
import { close, open, spend, type Bench, type Target } from "./target.ts";
import { mintShared } from "./tokens.ts";
import { PHOTO, upload, type Variant } from "./variant.ts";

export interface LedgerRun {
  /** The cost of a reservation at 10,000 pending uploads divided by that at 100, in each turn. */
  readonly at10000: readonly number[];
  readonly at1000: readonly number[];
  /** CPU milliseconds of a list that finds nothing among 10,000 records. */
  readonly listNoMatchMs: readonly number[];
}

const COUNTED = { policy: "counted", ...PHOTO };
const BATCH = 25;
const SMALL = 100;

export async function measureLedger(bench: Bench): Promise<LedgerRun> {
  const target = await open(bench, uploadOf("warm-up"));
  const { turns, requests } = bench.isQuick
    ? { turns: 4, requests: 16 }
    : { turns: 10, requests: 30 };
  await fill(target, "warm-up", 500);
  const at1000 = await compare(target, { turns, requests, pending: 1000, user: "middle" });
  const at10000 = await compare(target, { turns, requests, pending: 10_000, user: "large" });
  const listNoMatchMs = [];
  for (let turn = 0; turn < turns; turn++) {
    // oxlint-disable-next-line no-await-in-loop -- two at once would disturb each other
    listNoMatchMs.push((await spend({ ...target, variant: listOf("large") }, requests)).cpuMs);
  }
  await close(target);
  return { at1000, at10000, listNoMatchMs };
}

/** Compares a caller with many pending uploads with a new one that has a hundred, in turn. */
async function compare(
  target: Target,
  plan: {
    readonly turns: number;
    readonly requests: number;
    readonly pending: number;
    readonly user: string;
  },
): Promise<readonly number[]> {
  const { turns, requests, pending, user } = plan;
  progress(`Ledger: ${pending} pending uploads`);
  // `spend` sends a few more, and in the middle of all there are as many as are asked for.
  const sent = requests + CONNECTIONS;
  await fill(target, user, pending - (turns * sent) / 2);
  const ratios: number[] = [];
  /* oxlint-disable no-await-in-loop -- two at once would disturb each other */
  for (let turn = 0; turn < turns; turn++) {
    const small = `small-${pending}-${turn}`;
    await fill(target, small, SMALL - sent / 2);
    const less = await spend({ ...target, variant: uploadOf(small) }, requests);
    const more = await spend({ ...target, variant: uploadOf(user) }, requests);
    ratios.push(more.cpuMs / less.cpuMs);
  }
  /* oxlint-enable no-await-in-loop */
  return ratios;
}

const headersOf = (user: string) => ({ authorization: `Bearer ${mintShared(user)}` });

function uploadOf(user: string): Variant {
  const request = encode(upload(headersOf(user), COUNTED));
  return {
    name: `upload with a quota of ${user}`,
    worker: "presigner",
    next: () => request,
    status: 201,
    proof: /"url":"https:/,
  };
}

function listOf(user: string): Variant {
  const path = "/v1/uploads?status=completed";
  const request = encode({ method: "GET", path, headers: headersOf(user) });
  return {
    name: "list",
    worker: "presigner",
    next: () => request,
    status: 200,
    proof: /^\{"uploads":\[\]/,
  };
}

/** Creates pending uploads, in batches. */
async function fill({ load }: Target, user: string, count: number): Promise<void> {
  const uploads = Array.from({ length: BATCH }, () => COUNTED);
  const request = encode({
    method: "POST",
    path: "/v1/uploads/batch",
    headers: headersOf(user),
    body: { uploads },
  });
  const work = {
    name: "batch with a quota",
    next: () => request,
    status: 200,
    proof: /^(?!.*"problem")/,
  };
  await load.send(work, Math.ceil(count / BATCH));
}
