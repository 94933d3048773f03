// The golden vectors: each example message as the bytes of both encodings.
import { encodeBinary, encodeJson } from './codec.ts';
import { allExamples, exampleKindsOf } from './golden/examples.ts';

/** A file that is derived from the source; `path` is relative to the repository's root. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string | Buffer;
}

/** The folder of the golden vectors. */
export const GOLDEN_FOLDER = 'protocol/golden';

/** `<example>.bin`: one frame with its delimiter. `<example>.jsonl`: one line with its line feed. */
export function goldenFiles(): GeneratedFile[] {
  return allExamples().flatMap(([file, message]) => [
    { path: `${GOLDEN_FOLDER}/${file}.bin`, content: encodeBinary(message) },
    { path: `${GOLDEN_FOLDER}/${file}.jsonl`, content: encodeJson(message, exampleKindsOf) },
  ]);
}
