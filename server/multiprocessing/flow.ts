// Runs through items of which only so many are under way at a time, and gives what comes of them.

/** What one item, or chunk of items, becomes. */
export interface FlowTask<Result> {
  readonly promise: Promise<Result>;
  /** Nobody waits for it any more. */
  drop(): void;
}

export interface FlowOptions<Item, Result> {
  readonly items: AsyncIterable<Item>;
  /** Tasks that are under way or whose results nobody has taken yet. */
  readonly aheadMax: number;
  /** Whether results come in the order of the items, or as they are done. */
  readonly isOrdered: boolean;
  submit(item: Item): FlowTask<Result>;
}

/** Begins with the first `next`; the first error ends it. When it is left early, what is under way is
 *  dropped and the items are closed. */
export async function* flow<Item, Result>(
  options: FlowOptions<Item, Result>,
): AsyncGenerator<Result, void, void> {
  const items = options.items[Symbol.asyncIterator]();
  const underWay: { task: FlowTask<Result>; isSettled: boolean }[] = [];
  let wake = Promise.withResolvers<void>();
  let isAsked = false;
  let isExhausted = false;
  let problem: { error: unknown } | undefined;

  function take(next: IteratorResult<Item>): void {
    isAsked = false;
    if (next.done) isExhausted = true;
    else {
      const entry = { task: options.submit(next.value), isSettled: false };
      underWay.push(entry);
      const settled = () => {
        entry.isSettled = true;
        wake.resolve();
      };
      entry.task.promise.then(settled, settled);
    }
    wake.resolve();
  }
  function ask(): void {
    isAsked = true;
    const failed = (error: unknown) => {
      problem = { error };
      wake.resolve();
    };
    items.next().then(take).catch(failed);
  }

  try {
    for (;;) {
      if (!isAsked && !isExhausted && underWay.length < options.aheadMax) ask();
      const index = options.isOrdered
        ? underWay[0]?.isSettled
          ? 0
          : -1
        : underWay.findIndex(({ isSettled }) => isSettled);
      if (index >= 0) yield await underWay.splice(index, 1)[0]!.task.promise;
      else if (problem) throw problem.error;
      else if (isExhausted && underWay.length === 0) return;
      else {
        await wake.promise;
        wake = Promise.withResolvers();
      }
    }
  } finally {
    isExhausted = true;
    for (const { task } of underWay) task.drop();
    // Not waited for: an item that never comes would hold up whoever leaves.
    items.return?.().catch(() => {});
  }
}

/** Pieces of `size` items; the last one may be shorter. */
export async function* chunksOf<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  size: number,
): AsyncGenerator<Item[], void, void> {
  let chunk: Item[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
