// Messages as compact arrays, by code that is made of the rows of their table.

/** One kind of message. */
export interface Row {
  /** First in the array; never used again for another. */
  readonly tag: number;
  /** In the order of the array. New ones go to the end: an array may be older, and what it lacks is
   *  read as undefined. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** `Other` is what an unknown tag gives. */
export interface RowCodec<Message, Other = never> {
  toArray(message: Message): unknown[];
  fromArray(values: readonly unknown[]): Message | Other;
}

type Writer<Message> = (message: Message) => unknown[];
type Reader<Message> = (values: readonly unknown[]) => Message;

/** Code is made of a row when it is first needed: a loop over the fields of any row takes four times
 *  as long, which is a sixth of an append to a journal (`store/bench.ts`) and a tenth of an item of a
 *  queue.
 *  @param table kinds by name; names are those of the code, nobody else's.
 *  @param tagName the member of a message that has the name of its kind.
 *  @param other gives, or throws, what stands for a message whose tag the table does not have. */
export function rowCodec<Message, Other = never>(
  table: Readonly<Record<string, Row>>,
  tagName: 'kind' | 'type',
  other: (tag: unknown) => Other,
): RowCodec<Message, Other> {
  const writers = new Map<unknown, Writer<Message>>();
  const readers = new Map<unknown, Reader<Message>>();
  const makeWriter = (name: string): Writer<Message> => {
    const { tag, fields } = table[name]!;
    const values = Object.keys(fields).map((field) => `message.${field}`);
    const writer = new Function('message', `return [${[tag, ...values]}]`) as Writer<Message>;
    writers.set(name, writer);
    return writer;
  };
  const makeReader = (tag: unknown): Reader<Message> | undefined => {
    const found = Object.entries(table).find(([, row]) => row.tag === tag);
    if (!found) return undefined;
    const [name, { fields }] = found;
    const members = Object.keys(fields).map((field, i) => `${field}: values[${i + 1}]`);
    const message = `{ ${[`${tagName}: '${name}'`, ...members]} }`;
    const reader = new Function('values', `return ${message}`) as Reader<Message>;
    readers.set(tag, reader);
    return reader;
  };
  return {
    toArray(message) {
      const name = (message as Record<string, unknown>)[tagName];
      return (writers.get(name) ?? makeWriter(name as string))(message);
    },
    fromArray(values) {
      const reader = readers.get(values[0]) ?? makeReader(values[0]);
      return reader ? reader(values) : other(values[0]);
    },
  };
}
