import type { Decision } from '../../../mixins/store/changes.ts';
import { applyOnce } from '../../../mixins/store/idempotency-log.ts';
import type { AdjustmentReason, CorrectionResult, Movement } from './ledger.ts';
import { logOf, type Stock, withMovement } from './stock.ts';

/** A change of one SKU's stock by staff: new goods, a difference, or a count of the shelf. */
export type Correction =
  | { kind: 'receive'; quantity: number }
  | { kind: 'adjust'; quantity: number; reason: AdjustmentReason }
  /** `counted`: all pieces on the shelf, reserved ones included. */
  | { kind: 'count'; counted: number };

export interface CorrectionCommand {
  /** Idempotency key: a key is applied once. */
  key: string;
  /** When the caller gives up, in ms since the epoch. */
  until: number;
  /** The id of the stock adjustment. */
  ref: string;
  /** The member of staff. */
  by: string;
  correction: Correction;
}

/**
 * Corrects a stock, once for each key; a repeated key returns the first result. A correction that would leave fewer than
 * zero pieces changes nothing (`short`).
 * @throws unavailable after the deadline of the command
 */
export function applyCorrection(
  stock: Readonly<Stock>,
  command: CorrectionCommand,
  now: Date,
): Decision<CorrectionResult> {
  const known = stock.back[command.key]?.answer;
  if (known) return { answer: known };
  const { available, reserved, sold } = stock;
  const movement = movementOf(stock, command, now);
  const { kind, quantity } = movement;
  const isShort = available + quantity < 0;
  const answer: CorrectionResult = {
    outcome: isShort ? 'short' : 'done',
    quantity,
    seq: isShort || quantity === 0 ? 0 : logOf(stock).seq + 1,
    at: now.toISOString(),
    ...{ available: isShort ? available : available + quantity, reserved, sold },
  };
  const total =
    kind === 'receive' ? { received: stock.received + quantity } : { adjusted: (stock.adjusted ?? 0) + quantity };
  const change = () => (answer.seq === 0 ? {} : { available: answer.available, ...total });
  const { patch } = applyOnce(stock, command, now, change, answer);
  return withMovement(stock, { answer, ...(patch ? { patch } : {}) }, movement);
}

function movementOf(
  { available, reserved }: Readonly<Stock>,
  { correction, ref, by }: CorrectionCommand,
  at: Date,
): Movement {
  switch (correction.kind) {
    case 'receive':
      return { kind: 'receive', quantity: correction.quantity, ref, at, by };
    case 'adjust':
      return { kind: 'adjust', quantity: correction.quantity, reason: correction.reason, ref, at, by };
    case 'count':
      return {
        kind: 'adjust',
        quantity: correction.counted - available - reserved,
        reason: 'stock-taking',
        ...{ ref, at, by },
      };
    default:
      throw new Error(`unknown correction ${correction satisfies never}`);
  }
}
