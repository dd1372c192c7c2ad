import helmet from 'helmet';

/** What answers that are data are shown with: nothing of them runs or is framed. Pages say what they need. */
const DATA_POLICY = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };

const headers: [string, string][] = [];
/** helmet decides by its options alone, so it is asked once. */
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

/** What every answer says to browsers, if nothing later says otherwise. */
export const SECURITY_HEADERS: readonly (readonly [string, string])[] = headers;
