import type { ActionContract, UploadRule } from './contract.ts';

const DEFAULT_UPLOAD_S = 15 * 60;
/** Time for the action to process a body that was received completely. */
const PROCESSING_S = 60;

/** Maximum duration of an upload. */
export const uploadTimeoutMs = ({ maxSeconds = DEFAULT_UPLOAD_S }: UploadRule): number => maxSeconds * 1000;

/** An action's own timeout, which includes its upload; undefined when the broker's applies. */
export const actionTimeoutMs = ({ timeout, upload }: ActionContract): number | undefined =>
  timeout ?? (upload ? uploadTimeoutMs(upload) + PROCESSING_S * 1000 : undefined);
