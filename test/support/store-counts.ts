/** What the stores of some nodes have sent to MongoDB so far. */
export interface StoreCounts {
  /** Commands that read. */
  reads: number;
  /** Commands that write. */
  writes: number;
  /** Documents written by these commands. */
  written: number;
  /** Written documents by collection. */
  byCollection: Record<string, number>;
}

/** Sums the metrics of nodes. @param urls where each answers Prometheus, without the path */
export async function storeCountsOf(urls: readonly string[]): Promise<StoreCounts> {
  const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  const samples = texts.flatMap((text) => [...text.matchAll(SAMPLE)]);
  const sumOf = (name: string, labels = '') =>
    samples
      .filter(([, found, its = '']) => found === name && its.includes(labels))
      .reduce((sum, [, , , value]) => sum + Number(value), 0);
  const byCollection: Record<string, number> = {};
  for (const [, name, labels = '', value] of samples) {
    const collection = /collection="([^"]*)"/.exec(labels)?.[1];
    if (name !== WRITES || !collection) continue;
    byCollection[collection] = (byCollection[collection] ?? 0) + Number(value);
  }
  return {
    reads: sumOf(COMMANDS, 'kind="read"'),
    writes: sumOf(COMMANDS, 'kind="write"'),
    written: sumOf(WRITES),
    byCollection,
  };
}

const COMMANDS = 'shop_store_commands_total';
const WRITES = 'shop_store_writes_total';
const SAMPLE = /^(shop_store_\w+)\{([^}]*)\} (\S+)/gm;
