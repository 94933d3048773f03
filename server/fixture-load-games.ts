// Loads one game after another with the loader of the built server, or with the one of its source where a second
// argument says so, and prints the sentences about them.
import type * as Coordinator from './coordinator/index.ts';

const { loadGames } = (await import(
  new URL(
    process.argv[3] === 'source' ? './coordinator/index.ts' : '../dist/server/coordinator/index.js',
    import.meta.url,
  ).href
)) as typeof Coordinator;

const sentences: string[] = [];
for (const paths of JSON.parse(process.argv[2]!) as string[][]) {
  const sentence = await loadGames(paths).then(
    () => 'loaded',
    (error: Error) => error.message,
  );
  sentences.push(sentence);
}
process.stdout.write(JSON.stringify(sentences));
