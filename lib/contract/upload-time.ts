import type { ActionContract, UploadRule } from './contract.ts';

const LONGEST = 15 * 60;
/** For what is done with a body when all of it is there, in seconds. */
const AFTERWARDS = 60;

/** How long an upload may take, in ms. */
export const uploadTime = ({ maxSeconds = LONGEST }: UploadRule): number => maxSeconds * 1000;

/** An action's own timeout in ms; undefined: the broker's. What takes an upload waits for it. */
export const timeoutOf = ({ timeout, upload }: ActionContract): number | undefined =>
  timeout ?? (upload ? uploadTime(upload) + AFTERWARDS * 1000 : undefined);
