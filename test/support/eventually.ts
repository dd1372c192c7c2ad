/** Asks until it is so, within `ms`; never waits for a time alone. */
export async function eventually<T>(ask: () => Promise<T>, is: (answer: T) => boolean, ms = 90_000): Promise<T> {
  for (const deadline = Date.now() + ms; ; ) {
    const answer = await ask();
    if (is(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(answer)} after ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
