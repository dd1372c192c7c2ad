import type { Decision } from '../../../mixins/store/changes.ts';
import { applyOnce } from '../../../mixins/store/idempotency-log.ts';
import type { Movement, Posted, Reason } from './ledger.ts';
import { logOf, moved, type Stock } from './stock.ts';

/** What staff has a stock changed by: new goods, a difference, or what was counted on the shelf. */
export type Correction =
  | { kind: 'receive'; quantity: number }
  | { kind: 'adjust'; quantity: number; reason: Reason }
  /** `counted`: all that is there, what is reserved included. */
  | { kind: 'count'; counted: number };

export interface PostCommand {
  /** By which it happens once. */
  key: string;
  /** When whoever asks gives up waiting, in ms since the epoch. */
  until: number;
  /** What the movement is for. */
  ref: string;
  by: string;
  correction: Correction;
}

/** Changes a stock as staff says, applyOnce for each key; again answers the same. @throws unavailable when it comes too late */
export function postToStock(stock: Readonly<Stock>, command: PostCommand, now: Date): Decision<Posted> {
  const known = stock.back[command.key]?.answer;
  if (known) return { answer: known };
  const { available, reserved, sold } = stock;
  const movement = movementOf(stock, command, now);
  const { kind, quantity } = movement;
  const short = available + quantity < 0;
  const answer: Posted = {
    outcome: short ? 'short' : 'done',
    quantity,
    seq: short || quantity === 0 ? 0 : logOf(stock).seq + 1,
    at: now.toISOString(),
    ...{ available: short ? available : available + quantity, reserved, sold },
  };
  const total =
    kind === 'receive' ? { received: stock.received + quantity } : { adjusted: (stock.adjusted ?? 0) + quantity };
  const change = () => (answer.seq === 0 ? {} : { available: answer.available, ...total });
  const { patch } = applyOnce(stock, command, now, change, answer);
  return moved(stock, { answer, ...(patch ? { patch } : {}) }, movement);
}

function movementOf(
  { available, reserved }: Readonly<Stock>,
  { correction, ref, by }: PostCommand,
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
