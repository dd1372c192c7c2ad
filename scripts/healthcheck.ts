/** A container's health check: exits with 0 if the probe port reports this node as ready. */
const url = `http://127.0.0.1:${process.env.PROBE_PORT}/readyz`;
const answer = await fetch(url, { signal: AbortSignal.timeout(4000) }).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
