import helmet from 'helmet';

/** For responses that are data: a browser runs and frames nothing of them. Pages set a policy of their own. */
const DATA_POLICY = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };

const headers: [string, string][] = [];
/** helmet's headers depend on its options alone, so one call is enough. */
helmet({
  contentSecurityPolicy: { useDefaults: false, directives: DATA_POLICY },
  // Front ends on other origins read what CORS lets them.
  crossOriginResourcePolicy: { policy: 'cross-origin' },
})(
  {} as never,
  {
    setHeader: (name: string, value: string) => headers.push([name, value]),
    removeHeader: () => undefined,
  } as never,
  (error?: unknown) => {
    if (error) throw error;
  },
);

/** Headers of every response, unless a later step replaces them. */
export const SECURITY_HEADERS: readonly (readonly [string, string])[] = headers;
